import { Malformed } from '../../dialects/index.ts';

/** @throws Malformed where the bytes are not valid UTF-8 */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed('body', 'not valid UTF-8');
  }
}

/** Without the byte order mark, which most parsers of JSON skip (RFC 8259 §8.1). */
export function withoutMark(body: Buffer): Buffer {
  return body.subarray(body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0);
}
