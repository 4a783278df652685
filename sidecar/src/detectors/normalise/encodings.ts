import { codeUnitsOf, textOfUnits } from '../code-units.ts';

/** Decodes bytes to readable text; empty for anything else (images, hashes, keys). */
export function readable(bytes: Buffer): string {
  if (bytes.length < 12) return '';
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) return '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return '';
  }
  return text;
}

const ESCAPE = /\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));?/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Decodes percent, entity and backslash escapes; other text stays. */
export function unescape(text: string): string {
  let read = text;
  if (read.includes('%')) read = unpercent(read);
  if (read.includes('&'))
    read = read.replace(
      ENTITY,
      (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) =>
        name === undefined ? point(decimal, hex) : (NAMED[name.toLowerCase()] ?? whole),
    );
  if (read.includes('\\'))
    read = read.replace(ESCAPE, (_, unicode: string | undefined, byte: string | undefined) =>
      point(undefined, unicode ?? byte),
    );
  return read;
}

/** Unlike decodeURIComponent this keeps invalid escapes. */
function unpercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const decoded = Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
    return decoded.includes('\ufffd') ? run : decoded;
  });
}

function point(decimal: string | undefined, hex: string | undefined): string {
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : parseInt(decimal, 10);
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** The letters of ASCII, and others in place of some. */
function alphabet(of: (code: number) => number): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => of(code));
}

/** Letters that digits and signs represent in leetspeak. */
const LEET = new Map(
  Array.from('0134578@$!|', (sign, at) => [sign.charCodeAt(0), 'oieastbasil'.charCodeAt(at)]),
);
const UNLEET = alphabet((code) => LEET.get(code) ?? code);

/** Replaces digits and signs by the letters that they represent. */
export function unleet(text: string): string {
  return inAlphabet(text, UNLEET);
}

const ROTATED = alphabet((code) => {
  const letter = code & ~32;
  return letter >= 65 && letter <= 90 ? ((letter - 65 + 13) % 26) + 65 + (code & 32) : code;
});

export function rot13(text: string): string {
  return inAlphabet(text, ROTATED);
}

function inAlphabet(text: string, letters: Uint8Array): string {
  const units = codeUnitsOf(text);
  for (let at = 0; at < text.length; at++) {
    const code = units[at] ?? 0;
    if (code < 128) units[at] = letters[code] ?? code;
  }
  return textOfUnits(units, text.length);
}

/** By code units; half a surrogate pair separates words like any other sign, which suffices here. */
export function reverse(text: string): string {
  const units = codeUnitsOf(text);
  units.subarray(0, text.length).reverse();
  return textOfUnits(units, text.length);
}

/** Joins spaced-out letters; the gap between words is wider than that between letters. */
export function joinSpaced(run: string): string {
  const narrow = /^.([ \t.\-_*|]+)/u.exec(run)?.[1]?.length ?? 1;
  return run.replace(/[ \t.\-_*|]+/gu, (gap) => (gap.length > narrow ? ' ' : ''));
}

/** Rejoins words that were hyphenated at the end of a line. */
export function unbreak(text: string): string {
  return text.replace(/-\r?\n[ \t]*/g, '');
}
