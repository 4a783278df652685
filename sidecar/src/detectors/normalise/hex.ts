import { MORE, type Group } from './group.ts';
import { isText, textOf } from './bytes.ts';
import type { Mode } from './reading.ts';

const OPENING = 8;
/** Commas, colons and white space between two bytes, so many in a row. */
const MAX_GAP = 2;

function valueOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isGap(code: number): boolean {
  return code === 0x20 || code === 0x2c || code === 0x3a || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The byte at `at`, behind a gap and a prefix if there are any. */
function byteAt(
  text: string,
  at: number,
  gap: boolean,
  last: boolean,
): { readonly byte: number; readonly end: number } | typeof MORE | null {
  let next = at;
  while (gap && next - at < MAX_GAP && next < text.length && isGap(text.charCodeAt(next))) next++;
  if (text.charCodeAt(next) === 0x30 && (text.charCodeAt(next + 1) | 0x20) === 0x78) next += 2;
  const [high, low] = [valueOf(text.charCodeAt(next)), valueOf(text.charCodeAt(next + 1))];
  if (high >= 0 && low >= 0) return { byte: (high << 4) | low, end: next + 2 };
  const cut = next + (high >= 0 ? 1 : 0) >= text.length;
  return cut && !last ? MORE : null;
}

/** The block that begins at `at`, if its first eight bytes are text. */
export function openHex(text: string, at: number, last: boolean): Mode | typeof MORE | null {
  // A byte of text begins with 2 to 7, and may have a prefix. Most words end here.
  const first = text.charCodeAt(at);
  if (first < 0x30 || first === 0x31 || first > 0x37) return null;
  let end = at;
  let latest = -1;
  for (let count = 0; count < OPENING; count++) {
    const found = byteAt(text, end, count > 0, last);
    if (found === MORE || found === null) return found;
    if (found.byte === 0 ? latest === 0 : !isText(found.byte)) return null;
    latest = found.byte;
    end = found.end;
  }
  return { kind: 'hex' };
}

/** The next byte of a block, and its text. */
export function groupOfHex(
  text: string,
  at: number,
  gap: boolean,
  last: boolean,
): Group | typeof MORE | null {
  const found = byteAt(text, at, gap, last);
  if (found === MORE || found === null) return found;
  const read = textOf([found.byte]);
  return read === null ? null : { end: found.end, read };
}
