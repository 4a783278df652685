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

/** What is not seen, each alone. */
const NOTHING =
  '\\u00ad\\u0332\\u0335-\\u0338\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20f0\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\u{e0000}-\\u{e01ef}';

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
  nothing: `(?<nothing>[${NOTHING}])`,
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
/** What the groups of a unit are named, in their order: an object with all of them for each match would cost more than the search. */
const GROUPS: readonly string[] = Array.from(
  Object.values(RULES)
    .join('|')
    .matchAll(/\(\?<([a-z]+)>/g),
  ([, name = '']) => name,
);
const UNIT = new RegExp(
  `${BEGIN}(?:${Object.values(RULES)
    .join('|')
    .replace(/\(\?<[a-z]+>/g, '(')})`,
  'gu',
);
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
  for (let at = beginningAt(given, begin); at < open; at = beginningAt(given, at)) {
    const code = given.charCodeAt(at);
    if (code === PERCENT) {
      const end = endOfPercent(given, at);
      if (end > 0) page.put(at, end, String.fromCharCode(hexAt(given, end - 2)), 'percent');
      at = Math.max(at + 1, end);
    } else if (KINDS[code] === HIDES) page.put(at, ++at, '', 'invisible');
    else {
      UNIT.lastIndex = at;
      const match = UNIT.exec(given);
      if (match === null || match.index >= open) break;
      at = match.index + match[0].length;
      const read = readUnit(...groupOf(match));
      if (read !== null) page.put(match.index, at, ...read);
    }
  }
  return page.end(open);
}

/** The only group that matches, and what it does. */
function groupOf(match: readonly (string | undefined)[]): [string | undefined, string] {
  for (let at = 1; at < match.length; at++) {
    const found = match[at];
    if (found !== undefined) return [GROUPS[at - 1], found];
  }
  return [undefined, ''];
}

/** Kinds of code units: the others begin no unit. Halves of pairs may. */
const BEGINS = 1;
/** Stands for nothing, whatever is around it. */
const HIDES = 2;
/** One of a class, or a range of them. */
const CHARACTERS = /(?:\\u\{?([0-9a-f]{4,6})\}?|\\?(.))(?:-\\u\{?([0-9a-f]{4,6})\}?)?/g;
const KINDS = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(0x1_0000);
  const mark = (characters: string, kind: number): void => {
    for (const [, first = '', sign = '', last = first] of characters.matchAll(CHARACTERS)) {
      const from = first === '' ? sign.charCodeAt(0) : Number.parseInt(first, 16);
      const to = first === '' ? from : Number.parseInt(last, 16);
      if (from < table.length) table.fill(kind, from, Math.min(to + 1, table.length));
    }
  };
  mark(BEGINNINGS, BEGINS);
  mark(NOTHING, HIDES);
  return table;
}

/** The next code unit that may begin a unit; the length of the text if there is none. */
function beginningAt(text: string, from: number): number {
  let at = from;
  while (at < text.length && KINDS[text.charCodeAt(at)] === 0) at++;
  return at;
}

const PERCENT = 0x25;
/** How often a percent sign may be written as one itself. */
const MOST_PERCENT = 4;

/** As the rule `percent`, without the search; 0 if it is none. */
function endOfPercent(text: string, at: number): number {
  let again = 0;
  while (again < MOST_PERCENT && text.startsWith('25', at + 1 + 2 * again)) again++;
  for (; again >= 0; again--) {
    const digits = at + 1 + 2 * again;
    const [first, second] = [text.charCodeAt(digits), text.charCodeAt(digits + 1)];
    if (first >= 0x32 && first <= 0x37 && isHex(second)) return digits + 2;
  }
  return 0;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

/** The value of two digits. */
function hexAt(text: string, at: number): number {
  return 16 * digitOf(text.charCodeAt(at)) + digitOf(text.charCodeAt(at + 1));
}

function digitOf(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
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

/** What a unit stands for, by the group that it matches; null if it stays as written. */
function readUnit(group: string | undefined, found: string): [string, Decoding] | null {
  switch (group) {
    case 'letter':
      return [CONTROL[found] ?? found, 'escape'];
    case 'octal':
      return [String.fromCharCode(Number.parseInt(found, 8)), 'escape'];
    case 'unicode':
    case 'byte':
      return [String.fromCharCode(Number.parseInt(found, 16)), 'escape'];
    case 'point':
      return asText(codePoint(Number.parseInt(found, 16)), 'escape');
    case 'name':
      return [NAMED[found] ?? '', 'entity'];
    case 'decimal':
      return asText(shownEntity(Number(found)), 'entity');
    case 'hex':
      return asText(shownEntity(Number.parseInt(found, 16)), 'entity');
    case 'percent':
      return [String.fromCharCode(Number.parseInt(found, 16)), 'percent'];
    case 'quoted':
      return [String.fromCharCode(Number.parseInt(found, 16)), 'quoted-printable'];
    default:
      return readSign(group, found);
  }
}

function readSign(group: string | undefined, found: string): [string, Decoding] | null {
  switch (group) {
    case 'soft':
      return ['', 'quoted-printable'];
    case 'hidden':
      return [String.fromCharCode((found.codePointAt(0) ?? 0) - 0xe0000), 'invisible'];
    case 'space':
      return [' ', 'letters'];
    case 'dash':
      return ['-', 'letters'];
    case 'mark':
    case 'tag':
      return ['', 'marks'];
    case 'line':
      return ['\n', 'marks'];
    case 'lookalike':
      return asText(LATIN_FOR.get(found) ?? null, 'letters');
    case 'shown':
      return asText(shownBy(found), 'letters');
    default:
      return ['', 'invisible'];
  }
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
