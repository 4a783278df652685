import { codeUnitsOf } from '../code-units.ts';
import { groupOfBase64, isNoText, openBase64 } from './base64.ts';
import { MORE, type Group } from './group.ts';
import { groupOfHex, openHex } from './hex.ts';
import { Page } from './page.ts';
import type { Mode, ReadPiece, Reading } from './reading.ts';
import { groupOfSpaced, openSpaced } from './spaced.ts';

/**
 * The reading of blocks: base64, hexadecimal digits and spaced-out letters, wherever their beginning is text. What a block is depends on its
 * first 16 characters or 8 letters, and each of its groups on itself, so that streams are read as they arrive.
 */
export function readBlocks(before: Reading, piece: string, last = false): ReadPiece {
  const page = new Page(before, piece);
  const { given } = page;
  let { mode } = before;
  const units = codeUnitsOf(given);
  const { length } = given;
  let at = page.begin;
  while (at < length) {
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
    at = nextStart(units, length, at);
    if (at === length) break;
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

/** Only a letter by itself opens something. */
const SINGLE = 1;
/** So does one with other characters than small letters behind it in its word. */
const SMALL = 2;
const ANY = 3;
/** Letters, digits and other characters of base64, and which of them open what; 0 for others. */
const STARTS = starts();

function starts(): Uint8Array {
  const table = new Uint8Array(128);
  const mark = (units: string, start: number): void => {
    for (const unit of units) table[unit.charCodeAt(0)] = start;
  };
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-', ANY);
  mark('abcdef', SMALL);
  mark('ghijklmnopqrstuvwxyz', SINGLE);
  return table;
}

function startAt(units: Uint16Array, at: number): number {
  const code = units[at] ?? 0;
  return code < 0x80 ? (STARTS[code] ?? 0) : 0;
}

function isSmall(code = 0): boolean {
  return code >= 0x61 && code <= 0x7a;
}

/** Only a block of base64 begins with a capital letter and another character of one: most words of prose are no text in it. */
function opensNothing(units: Uint16Array, at: number): boolean {
  const code = units[at] ?? 0;
  return code >= 0x41 && code <= 0x5a && isSmall(units[at + 1]) && isNoText(units, at);
}

/** The first of some such characters, at `from` or later, that may open a block: most words of prose cannot. */
function nextStart(units: Uint16Array, length: number, from: number): number {
  let at = from > 0 && startAt(units, from - 1) > 0 ? endOfWord(units, length, from) : from;
  for (;;) {
    while (at < length && startAt(units, at) === 0) at++;
    if (at === length) return length;
    const start = startAt(units, at);
    if (start === ANY) {
      if (at + 3 >= length || !opensNothing(units, at)) return at;
    } else {
      if (at + 1 === length || !isSmall(units[at + 1])) return at;
      if (start === SMALL) {
        const end = endOfSmall(units, length, at + 2);
        // Whether it is a block is open at the end of the text.
        if (end === length || startAt(units, end) > 0) return at;
        at = end;
        continue;
      }
    }
    at = endOfWord(units, length, at + 1);
  }
}

function endOfSmall(units: Uint16Array, length: number, from: number): number {
  let at = from;
  while (at < length && isSmall(units[at])) at++;
  return at;
}

function endOfWord(units: Uint16Array, length: number, from: number): number {
  let at = from;
  while (at < length && startAt(units, at) > 0) at++;
  return at;
}
