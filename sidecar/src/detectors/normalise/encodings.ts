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

/** Letters that digits and signs represent in leetspeak. */
const LEET = new Map(
  Array.from('0134578@$!|', (sign, at) => [sign.charCodeAt(0), 'oieastbasil'.charCodeAt(at)]),
);

/** Replaces digits and signs by the letters that they represent. */
export function unleet(text: string): string {
  return mapUnits(text, (code) => LEET.get(code) ?? code);
}

const ROTATED = Array.from({ length: 128 }, (_, code) => {
  const letter = code & ~32;
  return letter >= 65 && letter <= 90 ? ((letter - 65 + 13) % 26) + 65 + (code & 32) : code;
});

export function rot13(text: string): string {
  return mapUnits(text, (code) => ROTATED[code] ?? code);
}

const CHUNK = 4096;

function mapUnits(text: string, map: (code: number) => number): string {
  let mapped = '';
  const units = new Uint16Array(Math.min(CHUNK, text.length));
  for (let from = 0; from < text.length; from += CHUNK) {
    const count = Math.min(CHUNK, text.length - from);
    for (let at = 0; at < count; at++) units[at] = map(text.charCodeAt(from + at));
    mapped += String.fromCharCode(...units.subarray(0, count));
  }
  return mapped;
}

/** By code units; half a surrogate pair separates words like any other sign, which suffices here. */
export function reverse(text: string): string {
  let unit = text.length;
  return mapUnits(text, () => text.charCodeAt(--unit));
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
