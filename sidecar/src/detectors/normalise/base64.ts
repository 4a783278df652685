import { MORE, type Group } from './group.ts';
import { isText, textOf } from './bytes.ts';
import type { Mode } from './reading.ts';

/** Values of the characters, in both alphabets (RFC 4648, sections 4 and 5); 64 for others. */
const VALUES = values();
const OTHER = 64;
/** White space and joints of strings that may divide a block, so many in a row. */
const MAX_GAP = 6;
const OPENING = 16;
/** Changes between small and capital letters or digits in the opening: prose has fewer. */
const MIN_CHANGES = 3;

function values(): Uint8Array {
  const table = new Uint8Array(128).fill(64);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < alphabet.length; value++) table[alphabet.charCodeAt(value)] = value;
  table[0x2d] = 62;
  table[0x5f] = 63;
  return table;
}

function valueAt(text: string, at: number): number {
  return VALUES[text.charCodeAt(at)] ?? OTHER;
}

/** White space, and quotation marks with a plus between them. */
function isGap(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x22 || code === 0x27;
}

const AT_END = -1;
const ENDED = -2;

/** The next character of the block at `at` or behind a gap; `AT_END` of the text, `ENDED` if the block is. */
function nextOf(text: string, at: number): number {
  if (valueAt(text, at) < OTHER) return at;
  let next = at;
  while (next < text.length && next - at <= MAX_GAP && (isGap(text.charCodeAt(next)) || isJoint(text, next)))
    next++;
  if (next >= text.length) return AT_END;
  return next > at && valueAt(text, next) < OTHER ? next : ENDED;
}

/** The plus sign of two strings that are put together. */
function isJoint(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x2b && isGap(text.charCodeAt(at - 1)) && isGap(text.charCodeAt(at + 1));
}

/** The beginning of a block, while it is being looked at. */
class Opening {
  count = 0;
  changes = 0;
  #zeros = 0;
  #bits = 0;
  #kind = 0;
  #latest = -1;

  /** Takes the next character; false if the bytes so far are no text. */
  take(value: number): boolean {
    const kind = kindOf(value);
    if (this.count++ > 0 && kind !== this.#kind) this.changes++;
    this.#kind = kind;
    this.#bits = ((this.#bits << 6) | value) & 0xfff;
    const place = this.count & 3;
    return place === 1 || this.#takeByte((this.#bits >> (2 * ((4 - place) & 3))) & 0xff);
  }

  #takeByte(byte: number): boolean {
    const fits = byte === 0 ? this.#latest !== 0 : isText(byte);
    if (byte === 0) this.#zeros++;
    this.#latest = byte;
    return fits;
  }

  mode(): Mode | null {
    const isWide = this.#zeros === (OPENING * 3) / 8;
    // Every other byte a zero says more than the changes do.
    if (!isWide && (this.changes < MIN_CHANGES || this.#zeros > 0)) return null;
    return { kind: 'base64', size: isWide ? 8 : 4 };
  }
}

/** The block that begins at `at`, if its first 16 characters stand for text. */
export function openBase64(text: string, at: number, last: boolean): Mode | typeof MORE | null {
  const first = valueAt(text, at);
  // A printable byte, or the zero of UTF-16.
  if ((first < 8 && first !== 0) || first >= 32) return null;
  const opening = new Opening();
  for (let next = at; opening.count < OPENING; next++) {
    if (valueAt(text, next) === OTHER) {
      // Words of prose are no pieces of a block.
      if (opening.changes === 0 && next < text.length) return null;
      next = nextOf(text, next);
      if (next < 0) return next === AT_END && !last ? MORE : null;
    }
    if (!opening.take(valueAt(text, next))) return null;
  }
  return opening.mode();
}

/** True if the first of these four code units are characters of a block whose bytes are no text, so that none opens there. */
export function isNoText(units: Uint16Array, at: number): boolean {
  const first = valueOf(units[at]);
  const second = valueOf(units[at + 1]);
  if (first === OTHER || second === OTHER) return false;
  if (isOdd((first << 2) | (second >> 4))) return true;
  const third = valueOf(units[at + 2]);
  if (third === OTHER) return false;
  if (isOdd(((second & 15) << 4) | (third >> 2))) return true;
  const fourth = valueOf(units[at + 3]);
  return fourth !== OTHER && isOdd(((third & 3) << 6) | fourth);
}

function valueOf(unit = 0x80): number {
  return unit < 0x80 ? (VALUES[unit] ?? OTHER) : OTHER;
}

function isOdd(byte: number): boolean {
  return byte !== 0 && !isText(byte);
}

/** A capital letter, a small one, or another character. */
function kindOf(value: number): number {
  return value < 26 ? 1 : value < 52 ? 2 : 3;
}

/** The next characters of a block, and their text. A block ends where they are none. */
export function groupOfBase64(
  text: string,
  at: number,
  size: 4 | 8,
  last: boolean,
): Group | typeof MORE | null {
  const found: number[] = [];
  let end = at;
  for (let next = at; found.length < size; next++) {
    next = nextOf(text, next);
    if (next === AT_END && !last) return MORE;
    if (next < 0) break;
    found.push(valueAt(text, next));
    end = next + 1;
  }
  const bytes: number[] = [];
  for (let index = 0; index + 1 < found.length; index++) {
    const place = index % 4;
    if (place === 3) continue;
    const both = ((found[index] ?? 0) << 6) | (found[index + 1] ?? 0);
    bytes.push((both >> (4 - 2 * place)) & 0xff);
  }
  const read = bytes.length === 0 ? null : textOf(bytes);
  return read === null ? null : { end, read };
}
