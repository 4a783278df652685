import { LATIN_FOR, LOOKALIKES, SHOWN_SIGNS, shownBy } from './characters.ts';
import { Page } from './page.ts';
import { NOTHING_READ, type Decoding, type ReadPiece, type Reading } from './reading.ts';

/**
 * The reading of signs: escapes, entities, percent, quoted-printable, invisible and typographic characters, letters and digits in other
 * shapes, and marks of HTML and Markdown that divide what is shown as one. Every rule looks at two code points before and after at most.
 * Neighbouring code spans, bold numbers and the like are several values, and so is what line ends or several spaces divide.
 */

const HEX = '[0-9A-Fa-f]';
const TAGS = '[\\u{e0020}-\\u{e007e}]';
const MARK = '(?:\\*{1,3}|~~|`)';
const EMPHASIS = '(?:\\*{1,3}|~~|_{1,2}|`)';
const SIGN = '[*~_`]';
const NAMED: Readonly<Record<string, string>> = {
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  numsp: ' ',
  hairsp: ' ',
  shy: '',
  zwj: '',
  zwnj: '',
  lrm: '',
  rlm: '',
  NoBreak: '',
  commat: '@',
  period: '.',
  hyphen: '-',
  dash: '-',
  ndash: '-',
  mdash: '-',
  minus: '-',
  lowbar: '_',
  colon: ':',
  sol: '/',
  num: '#',
  plus: '+',
  equals: '=',
};
/** Tags that format a part of a word, without a trace in what is read aloud. */
const INLINE =
  'abbr|acronym|a|bdi|bdo|big|b|cite|code|data|del|dfn|em|font|ins|i|kbd|label|mark|nobr|q|samp|small|span|strike|strong|sub|sup|s|time|tt|u|var|wbr';
const TAG = `(?:<!--[^>]{0,80}-->|</?(?:${INLINE})(?:\\s[^<>]{0,80})?/?>)`;

/** Nested JSON doubles its backslashes: several of them are one. */
const RULES: Readonly<Record<string, string>> = {
  unicode: `\\\\{1,16}u(?<unicode>${HEX}{4})`,
  point: `\\\\{1,16}u\\{(?<point>${HEX}{1,6})\\}`,
  byte: `\\\\{1,16}x(?<byte>${HEX}{2})`,
  octal: '\\\\{1,16}(?<octal>1[0-7]{2}|0[4-7][0-7])',
  letter: '\\\\{1,16}(?<letter>[nrtvfb"\'`/.@_*+#:~-])',
  entity: `&(?:amp;){0,4}(?:#(?:(?<decimal>[0-9]{1,7})|[xX](?<hex>${HEX}{1,6}));?|(?<name>${Object.keys(NAMED).join('|')});)`,
  percent: `%(?:25){0,4}(?<percent>[2-7]${HEX})`,
  // In a string of JSON the end of a line is an escape.
  soft: '(?<soft>(?<=[A-Za-z0-9@._-])=(?:\\r?\\n|(?:\\\\{1,16}r)?\\\\{1,16}n)(?=[A-Za-z0-9@._-]))',
  quoted:
    '(?<!=)=(?<quoted>2[0BDEF]|3A|40|5F|[2-7][0-9A-F](?=[=\\s])|(?<=[0-9A-F]{2}=)[2-7][0-9A-F](?![0-9A-Za-z]))',
  hidden: `(?<hidden>(?<=${TAGS})${TAGS}|${TAGS}(?=${TAGS}))`,
  nothing:
    '(?<nothing>[\\u00ad\\u0332\\u0335-\\u0338\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20f0\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\u{e0000}-\\u{e01ef}])',
  space: '(?<space>[\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000])',
  dash: '(?<dash>[\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d])',
  mark: `(?<mark>(?<=[A-Za-z0-9@.])${MARK}(?=[A-Za-z0-9@.])|(?<=[0-9])${EMPHASIS}(?= (?!${SIGN}))|(?<= )(?<!${SIGN} )${EMPHASIS}(?=[0-9]))`,
  tag: `(?<tag>(?<![0-9])${TAG}|(?<=[0-9])${TAG}(?! <))`,
  line: '(?<line><br\\s?/?>)',
  lookalike: `(?<lookalike>(?<=[A-Za-z0-9][${LOOKALIKES}]?)[${LOOKALIKES}]|[${LOOKALIKES}](?=[${LOOKALIKES}]?[A-Za-z0-9@]))`,
  shown: `(?<shown>${SHOWN_SIGNS})`,
};
/** Every unit begins with one of these: a quick look that spares most characters the rules. */
const BEGINNINGS = '\\\\&%=<*~`_\\u00a0-\\u00ba\\u0131\\u0250-\\u2fff\\u3000\\u3164\\ua640-\\u{10ffff}';
const BEGIN = `(?=[${BEGINNINGS}])`;
/** Nothing in it begins a unit, nor what may become one: most prose. */
const WITHOUT = new RegExp(`^[^${BEGINNINGS}]*$`, 'u');
const UNIT = new RegExp(`${BEGIN}(?:${Object.values(RULES).join('|')})`, 'gu');
/** What may become a unit, or depends on the next character, at the end of the arrived text. */
const OPEN = new RegExp(
  `(?:\\\\{1,16}(?:u(?:${HEX}{0,3}|\\{${HEX}{0,6})|x${HEX}?|[01][0-7]?)?` +
    `|&(?:amp;){0,4}(?:#(?:[0-9]{0,7}|[xX]${HEX}{0,6})?|[A-Za-z]{0,7})` +
    '|%(?:25){0,4}[2-7]?' +
    '|=(?:\\r?\\n?|(?:\\\\{1,16}r)?(?:\\\\{1,16}n?)?|[2-7][0-9A-F]?)' +
    '|(?<=[A-Za-z0-9@. ])(?:\\*{1,3}|~{1,2}|_{1,2}|`) ?' +
    '|<(?:!(?:-(?:-[^>]{0,82})?)?|/?(?:[A-Za-z]{0,7}(?:[\\s/][^<>]{0,81})?)?)(?:> ?)?' +
    // The first half of a character may be one of another tag.
    `|[${LOOKALIKES}]{1,2}|${TAGS}[\\ud800-\\udbff]?|[\\ud800-\\udbff])$`,
  'gu',
);
/** Code points that are displayed markup when written as an entity, and stay as written. */
const SHOWN = /[<>&]/;
const CONTROL: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: ' ', f: ' ', b: ' ' };

/** Continues the reading of signs. `last`: no more text will arrive. */
export function readSigns(before: Reading, piece: string, last = false): ReadPiece {
  const page = new Page(before, piece);
  const { given, begin } = page;
  if (WITHOUT.test(given)) return page.end(given.length);
  const open = last ? given.length : openAt(given, begin);
  for (let at = begin; at < open;) {
    UNIT.lastIndex = at;
    const match = UNIT.exec(given);
    if (match === null || match.index >= open) break;
    at = match.index + match[0].length;
    const read = readUnit(match.groups ?? {});
    if (read !== null) page.put(match.index, at, ...read);
  }
  return page.end(open);
}

/** A text with these encodings decoded, and all other signs as they are written: what a reader takes it for. */
export function decodedText(written: string, encodings: ReadonlySet<Decoding>): string {
  const { text, reading } = readSigns(NOTHING_READ, written, true);
  let [decoded, at] = ['', 0];
  for (const unit of reading.units) {
    if (!encodings.has(unit.by)) continue;
    decoded += written.slice(at, unit.start) + text.slice(unit.at, unit.at + unit.length);
    at = unit.end;
  }
  return decoded + written.slice(at);
}

/** The longest that is open is the beginning of a tag with its attributes. UTF-16 code units. */
const MAX_OPEN = 128;

/** Where text begins whose reading depends on what follows. */
function openAt(given: string, begin: number): number {
  OPEN.lastIndex = Math.max(begin, given.length - MAX_OPEN);
  return OPEN.exec(given)?.index ?? given.length;
}

/** What a unit stands for; null if it stays as written. */
function readUnit(groups: Readonly<Record<string, string | undefined>>): [string, Decoding] | null {
  const { unicode, point, byte, octal, letter, decimal, hex, name, percent, quoted } = groups;
  if (letter !== undefined) return [CONTROL[letter] ?? letter, 'escape'];
  if (octal !== undefined) return [String.fromCharCode(Number.parseInt(octal, 8)), 'escape'];
  const escaped = unicode ?? byte;
  if (escaped !== undefined) return [String.fromCharCode(Number.parseInt(escaped, 16)), 'escape'];
  if (point !== undefined) return asText(codePoint(Number.parseInt(point, 16)), 'escape');
  if (name !== undefined) return [NAMED[name] ?? '', 'entity'];
  if (decimal !== undefined) return asText(shownEntity(Number(decimal)), 'entity');
  if (hex !== undefined) return asText(shownEntity(Number.parseInt(hex, 16)), 'entity');
  if (percent !== undefined) return [String.fromCharCode(Number.parseInt(percent, 16)), 'percent'];
  if (quoted !== undefined) return [String.fromCharCode(Number.parseInt(quoted, 16)), 'quoted-printable'];
  return readSign(groups);
}

function readSign(groups: Readonly<Record<string, string | undefined>>): [string, Decoding] | null {
  const { soft, hidden, space, dash, mark, tag, line, lookalike, shown } = groups;
  if (soft !== undefined) return ['', 'quoted-printable'];
  if (hidden !== undefined) return [String.fromCharCode((hidden.codePointAt(0) ?? 0) - 0xe0000), 'invisible'];
  if (space !== undefined) return [' ', 'letters'];
  if (dash !== undefined) return ['-', 'letters'];
  if (mark !== undefined || tag !== undefined) return ['', 'marks'];
  if (line !== undefined) return ['\n', 'marks'];
  if (lookalike !== undefined) return asText(LATIN_FOR.get(lookalike) ?? null, 'letters');
  return shown === undefined ? ['', 'invisible'] : asText(shownBy(shown), 'letters');
}

function asText(text: string | null, by: Decoding): [string, Decoding] | null {
  return text === null ? null : [text, by];
}

function shownEntity(code: number): string | null {
  const text = codePoint(code);
  if (text === null || SHOWN.test(text)) return null;
  return readSigns(NOTHING_READ, text, true).text;
}

function codePoint(code: number): string | null {
  return code === 0 || code > 0x10ffff ? null : String.fromCodePoint(code);
}
