import { Malformed } from '../../dialects/index.ts';
import type { RequestHead } from './inspector.ts';

/** Null if the request declares a JSON body (RFC 8259), else the fault. */
export function jsonFault({ header }: RequestHead): Malformed | null {
  const type = header('content-type');
  if (type !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) return null;
  return new Malformed('content-type', 'must be application/json, in UTF-8');
}
