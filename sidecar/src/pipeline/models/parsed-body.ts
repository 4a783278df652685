import { leavesOf, Malformed, parseReply, type Leaf } from '../../dialects/index.ts';
import { decodeUtf8, withoutMark } from '../inspect/decode.ts';
import type { WholeReplyBytes } from '../inspect/inspector.ts';

/** A body as JSON, with the text that pointers lead into. */
export type Parsed = ReturnType<typeof parseReply>;

/** Media types of servers that do not label their streams: the body is then read in the framing of the route. */
export const UNNAMED_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', 'application/octet-stream']);

/** Null if it is no JSON. */
export function parsedJson(body: Buffer): Parsed | null {
  try {
    return parseReply(withoutMark(body));
  } catch {
    return null;
  }
}

/** The strings of a body, or all of it where it is no JSON. */
export function textsIn(body: Buffer, parsed: Parsed | null): readonly Leaf[] {
  return parsed === null ? [{ pointer: '', text: decodeUtf8(body) }] : leavesOf(parsed.value, '');
}

/** Parses JSON, whatever its media type. @throws Malformed */
export function parsedBody({ type, body }: WholeReplyBytes): Parsed {
  try {
    return parseReply(withoutMark(body));
  } catch (error) {
    if (UNNAMED_TYPES.has(type) || isJson(type)) throw error;
    throw new Malformed('content-type', 'the model server must answer with application/json here');
  }
}

/** True for every media type that clients parse as JSON. */
export function isJson(type: string): boolean {
  return /^(?:application|text)\/(?:x-)?json$|\+json$/.test(type);
}
