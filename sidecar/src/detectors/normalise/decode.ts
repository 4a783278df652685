import RE2 from 're2';

/** Encodings in which instructions hide. Each decoder returns what it can read of the text, or nothing. Work is linear. */
export interface Decoded {
  readonly by:
    'base64' | 'hex' | 'url' | 'html' | 'unicode-escape' | 'rot13' | 'reversed' | 'spaced' | 'leet' | 'tags';
  readonly text: string;
}

/** Decoded pieces shorter than this carry no instruction. */
const MIN_DECODED = 12;
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /(?:0x)?(?:[0-9a-f]{2}[\s:,]?){12,}/gi;
const ESCAPE = /\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};
const ROT13_WORDS =
  /\b(?:gur|naq|lbh|lbhe|cyrnfr|vtaber|flfgrz|cebzcg|vafgehpgvbaf?|cerivbhf|fraq|hfre|nyy|jvgu|sebz)\b/gi;
const REVERSED_WORDS =
  /\b(?:eht|dna|uoy|ruoy|esaelp|erongi|metsys|tpmorp|snoitcurtsni|suoiverp|dnes|resu|lla|htiw|morf)\b/gi;
const SPACED = /(?:\b[\p{L}\p{N}][ .\-_*]){8,}[\p{L}\p{N}]\b/gu;
const LEET_WORD = /\b(?=\w*[a-z])(?=\w*[013457@$])[a-z0134578@$]{4,}\b/gi;
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
};

/**
 * Which decoders are worth their while, found in one pass: the decoders themselves cost twenty times as much. Each entry must match wherever
 * its decoder would read something.
 */
const HINTS = [
  { by: 'base64', pattern: String.raw`[A-Za-z0-9+/_-]{16}` },
  {
    by: 'hex',
    pattern: String.raw`[0-9a-f]{2}[\s:,]?[0-9a-f]{2}[\s:,]?[0-9a-f]{2}[\s:,]?[0-9a-f]{2}[\s:,]?[0-9a-f]{2}[\s:,]?[0-9a-f]{2}`,
  },
  { by: 'rot13', pattern: ROT13_WORDS.source },
  { by: 'reversed', pattern: REVERSED_WORDS.source },
  { by: 'spaced', pattern: String.raw`(?:[\pL\pN][ .\-_*]){8}` },
  { by: 'leet', pattern: String.raw`[a-z][013457@$8]|[013457@$8][a-z]` },
] as const;
const HINT_SET = new RE2.Set(
  HINTS.map((hint) => hint.pattern),
  'i',
);

/** Everything that the text says in another encoding. */
export function decode(text: string): readonly Decoded[] {
  const found: Decoded[] = [];
  const hinted = new Set<Decoded['by']>(HINT_SET.match(text).map((index) => HINTS[index]?.by ?? 'base64'));
  const add = (by: Decoded['by'], decoded: string): void => {
    if (decoded.length >= MIN_DECODED && decoded !== text) found.push({ by, text: decoded });
  };
  if (hinted.has('base64'))
    add(
      'base64',
      runs(text, BASE64, (run) => readable(Buffer.from(run, 'base64'))),
    );
  if (hinted.has('hex'))
    add(
      'hex',
      runs(text, HEX, (run) => readable(Buffer.from(run.replace(/0x|[^0-9a-f]/gi, ''), 'hex'))),
    );
  if (text.includes('%')) add('url', percent(text));
  if (text.includes('&')) add('html', text.replace(ENTITY, entity));
  if (text.includes('\\'))
    add(
      'unicode-escape',
      text.replace(ESCAPE, (_, u: string | undefined, x: string | undefined) =>
        point(parseInt(u ?? x ?? '', 16)),
      ),
    );
  if (hinted.has('rot13') && atLeast(text, ROT13_WORDS, 3)) add('rot13', rot13(text));
  if (hinted.has('reversed') && atLeast(text, REVERSED_WORDS, 3))
    add('reversed', Array.from(text).reverse().join(''));
  if (hinted.has('spaced'))
    add(
      'spaced',
      runs(text, SPACED, (run) => run.replace(/(?<=^|[^ ]) (?=[^ ])|[.\-_*]/gu, '')),
    );
  if (hinted.has('leet') && atLeast(text, LEET_WORD, 3))
    add(
      'leet',
      text.replace(LEET_WORD, (word) => word.replace(/[0134578@$]/g, (digit) => LEET[digit] ?? digit)),
    );
  return found;
}

function runs(text: string, pattern: RegExp, read: (run: string) => string): string {
  const parts: string[] = [];
  for (const [run] of text.matchAll(pattern)) {
    const part = read(run);
    if (part !== '') parts.push(part);
  }
  return parts.join('\n');
}

/** UTF-8 text that a person could read; empty for anything else (images, hashes, keys). */
function readable(bytes: Buffer): string {
  if (bytes.length < MIN_DECODED) return '';
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) return '';
  let strange = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) strange += 1;
  }
  return strange === 0 ? text : '';
}

/** Percent-decoding that keeps what is not an escape, unlike decodeURIComponent. */
function percent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const decoded = Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
    return decoded.includes('\ufffd') ? run : decoded;
  });
}

function entity(
  whole: string,
  decimal: string | undefined,
  hex: string | undefined,
  name: string | undefined,
): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
  return point(parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10));
}

function point(code: number): string {
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function atLeast(text: string, pattern: RegExp, count: number): boolean {
  let seen = 0;
  for (const _ of text.matchAll(pattern)) if (++seen >= count) return true;
  return false;
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}
