import { MORE, type Group } from './group.ts';
import type { Mode } from './reading.ts';

const OPENING = 8;
const MAX_GAP = 6;
/** What may stand between letters: one of these, or white space. */
const SIGNS = '.-_*,|/;:+~';
/** Divides values of lists and tables: no gap between two digits. */
const DIVIDES = /^(?:[,;|\t]|  )/;
const LINE = /[\n\r \t\-*•>]/;

/** The gap behind a first letter; null if there is none. */
function gapAt(text: string, at: number): string | null {
  const sign = text.charAt(at);
  let end = at + 1;
  if (sign === '\n' || sign === '\r') while (end - at < 4 && LINE.test(text.charAt(end))) end++;
  else if (sign === ' ' || sign === '\t') while (end - at < 3 && text.charAt(end) === sign) end++;
  else if (sign !== '' && SIGNS.includes(sign)) end += text.charAt(end) === ' ' ? 1 : 0;
  else return null;
  return text.slice(at, end);
}

/** Letters that begin at `at` and are spaced out, if there are eight of them with equal gaps. */
export function openSpaced(text: string, at: number, last: boolean): Mode | typeof MORE | null {
  if (at + 1 >= text.length) return last ? null : MORE;
  if (isWord(text.charCodeAt(at + 1))) return null;
  const gap = gapAt(text, at + 1);
  if (gap === null) return null;
  if (at + 1 + gap.length >= text.length) return last ? null : MORE;
  let end = at + 1;
  for (let count = 1; count < OPENING; count++) {
    const group = groupOfSpaced(text, end, gap, last);
    if (group === MORE || group === null) return group;
    end = group.end;
  }
  return { kind: 'spaced', gap };
}

/** A gap and the letter behind it; a wider gap, or white space where the gaps are signs, divides words. */
export function groupOfSpaced(
  text: string,
  at: number,
  gap: string,
  last: boolean,
): Group | typeof MORE | null {
  const isWords = isWhite(text.charCodeAt(at)) && SIGNS.includes(gap.charAt(0));
  if (!isWords && !text.startsWith(gap, at)) {
    const rest = text.length - at;
    return rest < gap.length && gap.startsWith(text.slice(at)) && !last ? MORE : null;
  }
  const begin = at + (isWords ? 1 : gap.length);
  const letter = behindMore(text, begin, text.charAt(at));
  if (letter + 1 >= text.length && !last) return MORE;
  if (!isAlone(text, letter)) return null;
  if (isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(letter)) && DIVIDES.test(gap)) return null;
  return { end: letter + 1, read: (isWords || letter > begin ? ' ' : '') + text.charAt(letter) };
}

/** The end of more of the same sign. */
function behindMore(text: string, begin: number, sign: string): number {
  let end = begin;
  while (end - begin < MAX_GAP && end < text.length && text.charAt(end) === sign) end++;
  return end;
}

/** A letter or a sign, and no letter behind it. */
function isAlone(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > 0x20 && !isHalf(code) && !isWord(text.charCodeAt(at + 1));
}

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x0a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** A letter or a digit, or a sign of another script: the letter before it is not alone. */
function isWord(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code >= 0x80;
}
