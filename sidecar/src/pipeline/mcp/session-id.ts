import { Malformed } from '../../dialects/index.ts';
import type { Headers } from '../inspect/inspector.ts';

const SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

/** Validates a request's session ID. */
export function isSessionId(value: string): boolean {
  return SESSION_ID.test(value);
}

/**
 * Reads the session ID that the server assigns, which later requests repeat: visible ASCII (2025-11-25, "Session Management"). @returns
 * null if the reply assigns none. @throws Malformed
 */
export function readSessionId(headers: Headers): string | null {
  const ids = headers.filter(([name]) => name === 'mcp-session-id');
  if (ids.length > 1 || ids.some(([, value]) => !isSessionId(value)))
    throw new Malformed('Mcp-Session-Id', 'must be one id of visible ASCII, at most 1024 characters');
  return ids[0]?.[1] ?? null;
}
