import { Malformed } from '../../dialects/index.ts';
import { replyHeaders } from '../../http/hop-by-hop.ts';
import type { ReplyHead } from '../../forward/upstream.ts';
import { DECISION_HEADER } from '../refuse.ts';

/**
 * Headers for the client. The session id is the server's to choose, and comes back in every later request: visible ASCII (2025-11-25,
 * "Session Management"). @throws Malformed
 */
export function mcpReplyHeaders({ headers }: ReplyHead, decision: string): [string, string][] {
  const kept = replyHeaders(headers, { decoded: true });
  const ids = kept.filter(([name]) => name === 'mcp-session-id');
  if (ids.length > 1 || ids.some(([, value]) => !/^[\x21-\x7e]{1,1024}$/.test(value))) {
    throw new Malformed('Mcp-Session-Id', 'must be one id of visible ASCII, at most 1024 characters');
  }
  kept.push([DECISION_HEADER, decision]);
  return kept;
}
