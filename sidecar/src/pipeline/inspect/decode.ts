import { Malformed } from '../../dialects/index.ts';

/** @throws Malformed where the bytes are not valid UTF-8 */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed('body', 'not valid UTF-8');
  }
}
