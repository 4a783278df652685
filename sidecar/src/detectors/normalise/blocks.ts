import { groupOfBase64, openBase64 } from './base64.ts';
import { groupOfHex, openHex } from './hex.ts';
import { Page } from './page.ts';
import type { Mode, ReadPiece, Reading } from './reading.ts';
import { groupOfSpaced, openSpaced } from './spaced.ts';

/** Some code units of a block and what they stand for. */
export interface Group {
  readonly end: number;
  readonly read: string;
}

/** The text so far does not tell. */
export const MORE = 'more';

/**
 * The reading of blocks: base64, hexadecimal digits and spaced-out letters, wherever their beginning is text. What a block is depends on its
 * first 16 characters or 8 letters, and each of its groups on itself, so that streams are read as they arrive.
 */
export function readBlocks(before: Reading, piece: string, last = false): ReadPiece {
  const page = new Page(before, piece);
  const { given } = page;
  let { mode } = before;
  let at = page.begin;
  while (at < given.length) {
    if (mode !== null) {
      const group = groupOf(mode, given, at, last);
      if (group === MORE) break;
      if (group === null) mode = null;
      else {
        page.put(at, group.end, group.read, mode.kind);
        at = group.end;
        continue;
      }
    }
    at = nextStart(given, at);
    if (at === given.length) break;
    const opened = open(given, at, last);
    if (opened === MORE) break;
    mode = opened;
    // The first letter of spaced-out ones stays as it is, and so does what opens nothing.
    if (mode === null || mode.kind === 'spaced') at++;
  }
  return page.end(at, mode);
}

function groupOf(mode: Mode, text: string, at: number, last: boolean): Group | typeof MORE | null {
  switch (mode.kind) {
    case 'base64':
      return groupOfBase64(text, at, mode.size, last);
    case 'hex':
      return groupOfHex(text, at, true, last);
    case 'spaced':
      return groupOfSpaced(text, at, mode.gap, last);
  }
}

function open(text: string, at: number, last: boolean): Mode | typeof MORE | null {
  return openHex(text, at, last) ?? openBase64(text, at, last) ?? openSpaced(text, at, last);
}

/** Letters, digits and other characters of base64. */
const ENCODED = table();

function table(): Uint8Array {
  const bits = new Uint8Array(128);
  for (const unit of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
    bits[unit.charCodeAt(0)] = 1;
  return bits;
}

/** The first of some such characters, at `from` or later. */
function nextStart(text: string, from: number): number {
  let inside = from > 0 && ENCODED[text.charCodeAt(from - 1)] === 1;
  for (let at = from; at < text.length; at++) {
    const encoded = ENCODED[text.charCodeAt(at)] === 1;
    if (encoded && !inside) return at;
    inside = encoded;
  }
  return text.length;
}
