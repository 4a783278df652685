/** Text decoded from bytes. */
export interface BytesText {
  readonly text: string;
  /** False if it contains control characters, so that the bytes may be another format too. */
  readonly clean: boolean;
}

/** Control characters, except line breaks and white space. */
const UNPRINTABLE = /[^\P{Cc}\t\n\f\r]/gu;
/** Share of control characters above which the bytes are not text. */
const MOST_UNPRINTABLE = 0.3;
/** Length below which any control character means that the bytes are not text. */
const SHORT = 12;
/** Least share of ASCII in text of a single-byte encoding. */
const LEAST_ASCII = 0.6;

/**
 * Decodes bytes as text: UTF-8 (a fragment may begin and end inside a character), UTF-16 with and without a byte order mark, and Latin-1
 * (windows-1252) if most of it is ASCII. Null for everything else.
 */
export function textOfBytes(bytes: Uint8Array): BytesText | null {
  const wide = wideLabel(bytes);
  if (wide !== null) return checked(decode(wide, bytes));
  const text = decode('utf-8', bytes);
  if (text !== null) return checked(text);
  if (bytes.length < SHORT) return null;
  const piece = checked(decode('utf-8', withoutHalves(bytes)));
  if (piece?.clean === true) return piece;
  return isMostlyAscii(bytes) ? checked(decode('windows-1252', bytes)) : null;
}

function checked(text: string | null): BytesText | null {
  if (text === null) return null;
  const unprintable = text.match(UNPRINTABLE)?.length ?? 0;
  if (unprintable === 0) return { text, clean: true };
  const most = text.length < SHORT ? 0 : text.length * MOST_UNPRINTABLE;
  return unprintable > most ? null : { text, clean: false };
}

function decode(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-16 by its byte order mark, or by the zeros in every second byte of Latin scripts. */
function wideLabel(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const units = bytes.length >> 1;
  if (units < 2) return null;
  const zeros = [0, 0];
  for (let at = 0; at < units * 2; at++) if (bytes[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > units / 2 && even < units / 20) return 'utf-16le';
  return even > units / 2 && odd < units / 20 ? 'utf-16be' : null;
}

/** Without incomplete characters at the beginning and at the end. */
function withoutHalves(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start++;
  let end = bytes.length;
  while (end > start && bytes.length - end < 3 && isContinuation(bytes[end - 1])) end--;
  const lead = bytes[end - 1] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.subarray(start, end - 1 + length > bytes.length ? end - 1 : bytes.length);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

function isMostlyAscii(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes) {
    if (byte < 0x09) return false;
    if (byte < 0x80) count++;
  }
  return count >= bytes.length * LEAST_ASCII;
}
