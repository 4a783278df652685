import type { Cursor } from './cursor.ts';
import { PatternError } from './pattern-error.ts';

/** Meaning of an escape: a set of characters, a single character, or a zero-width assertion. */
export type Escape =
  | { readonly kind: 'set' | 'assertion'; readonly source: string }
  | { readonly kind: 'literal'; readonly source: string };

const CONTROL: Readonly<Record<string, string>> = {
  a: '\\a',
  f: '\\f',
  t: '\\t',
  n: '\\n',
  r: '\\r',
  v: '\\v',
};
const LAST_CODE_POINT = 0x10ffff;

/** A code point in the one notation that is safe inside and outside of character classes. */
export function quote(code: number): string {
  const character = String.fromCodePoint(code);
  return /[A-Za-z0-9 ]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}

/** Reads the escape at the cursor. @throws PatternError */
export function readEscape(cursor: Cursor): Escape {
  const start = cursor.at;
  cursor.take();
  const character = cursor.take();
  if (character === '') {
    throw new PatternError('a backslash ends the pattern', start, 'write \\\\ for a backslash itself');
  }
  if (/[dDsSwW]/.test(character)) return { kind: 'set', source: `\\${character}` };
  if (character === 'p' || character === 'P') return readProperty(cursor, start, character);
  if (character === 'b' || character === 'B') return { kind: 'assertion', source: `\\${character}` };
  if (character === 'A') return { kind: 'assertion', source: '\\A' };
  if (character === 'z') return { kind: 'assertion', source: '\\z' };
  const control = CONTROL[character];
  if (control !== undefined) return { kind: 'literal', source: control };
  if (character === 'x' || character === 'u') return readHex(cursor, start, character);
  if (/[0-9]/.test(character)) return readOctal(cursor, start, character);
  if (/[A-Za-z]/.test(character)) throw unknown(start, character);
  return { kind: 'literal', source: quote(character.codePointAt(0) ?? 0) };
}

function unknown(start: number, letter: string): PatternError {
  if (letter === 'k') {
    return new PatternError(
      'a named backreference',
      start,
      'backreferences are not available in RE2; repeat the group',
    );
  }
  if (letter === 'Z') return new PatternError('the escape \\Z', start, 'RE2 has \\z for the end of the text');
  if (letter === 'C')
    return new PatternError('the escape \\C', start, 'single bytes cannot be matched; use (?s:.)');
  return new PatternError(
    `the escape \\${letter}`,
    start,
    `RE2 does not know it; write ${letter} for the letter itself`,
  );
}

function readProperty(cursor: Cursor, start: number, letter: string): Escape {
  const found = cursor.match(/\{\^?[A-Za-z_=]{1,40}\}|[A-Z]/y);
  if (found === null) {
    throw new PatternError(
      `\\${letter} without a class`,
      start,
      `name one, as in \\${letter}L or \\${letter}{Greek}`,
    );
  }
  return { kind: 'set', source: `\\${letter}${found[0]}` };
}

function readHex(cursor: Cursor, start: number, letter: string): Escape {
  const plain = letter === 'x' ? /[0-9A-Fa-f]{2}/y : /[0-9A-Fa-f]{4}/y;
  const found = cursor.match(/\{[0-9A-Fa-f]{1,8}\}/y) ?? cursor.match(plain);
  if (found === null)
    throw new PatternError(`\\${letter} without a number`, start, 'write \\x7F or \\x{10FFFF}');
  const code = Number.parseInt(found[0].replace(/[{}]/g, ''), 16);
  if (code > LAST_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) {
    throw new PatternError(
      'a number that is no code point',
      start,
      'use 0 to 10FFFF without the surrogates D800 to DFFF',
    );
  }
  return { kind: 'literal', source: quote(code) };
}

function readOctal(cursor: Cursor, start: number, digit: string): Escape {
  const more = cursor.match(/[0-7]{1,2}/y)?.[0] ?? '';
  if (digit > '7' || (digit !== '0' && more === '')) {
    throw new PatternError(
      `the backreference \\${digit}`,
      start,
      'backreferences are not available in RE2; repeat the group, or write \\x{..} for a character',
    );
  }
  return { kind: 'literal', source: quote(Number.parseInt(digit + more, 8)) };
}
