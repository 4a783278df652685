/**
 * The second reading of a text: what its escapes, entities and typographic signs stand for, with the place of each in the original. So a
 * match begins and ends beside an escape and never inside of one, and signs that look alike hide nothing.
 */

/** Some code units of the original that are read as one or as none. Offsets are absolute. */
interface Unit {
  readonly start: number;
  readonly end: number;
  /** Its offset in the reading, and its number of code units. */
  readonly at: number;
  readonly length: 0 | 1;
}

/** The part of a running text that was read. Immutable. */
export interface Reading {
  /** UTF-16 code units of the original that were read. */
  readonly original: number;
  /** UTF-16 code units of the reading. */
  readonly length: number;
  /** Arrived text that may begin a unit: at most 22 code units. */
  readonly pending: string;
  /** In order, without those that `forgetUnits` dropped at the beginning. */
  readonly units: readonly Unit[];
  /** Offset in the original minus offset in the reading, before the first of `units`. */
  readonly shift: number;
}

export const NOTHING_READ: Reading = { original: 0, length: 0, pending: '', units: [], shift: 0 };

/** Every unit contains one of these. */
const HINT = /[\\&%\u00a0\u00ad\u034f\u061c\u115f-\uffff]/;
const INVISIBLE =
  '[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\u{e0000}-\\u{e01ef}]';
/** Nested JSON doubles its backslashes: several of them are one. */
const BACKSLASHES = '\\\\{1,16}';
const UNIT = new RegExp(
  [
    `${BACKSLASHES}(?:u(?<unicode>[0-9A-Fa-f]{4})|x(?<byte>[0-9A-Fa-f]{2})|(?<letter>[nrtvfb"'\`/]))`,
    '&#(?:(?<decimal>[0-9]{1,7})|[xX](?<hex>[0-9A-Fa-f]{1,6}));',
    '%(?<percent>[2-7][0-9A-Fa-f])',
    `(?<nothing>${INVISIBLE})`,
    '(?<space>[\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000])',
    '(?<dash>[\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d])',
    '(?<wide>[\\uff0e\\uff10-\\uff19\\uff20-\\uff3a\\uff3f\\uff41-\\uff5a])',
  ].join('|'),
  'gu',
);
/** The possible beginning of a unit, at the end of the arrived text. */
const OPEN =
  /(?:\\{1,16}(?:u[0-9A-Fa-f]{0,3}|x[0-9A-Fa-f]?)?|&(?:#(?:[0-9]{0,7}|[xX][0-9A-Fa-f]{0,6}))?|%[2-7]?|[\ud800-\udbff])$/;
/** Code points that are displayed markup when written as an entity, and stay as written. */
const SHOWN = /[<>&]/;
const FULL_WIDTH = 0xfee0;

/** Continues the reading from its end. `last`: no more text will arrive. */
export function readOn(
  before: Reading,
  piece: string,
  last = false,
): { readonly text: string; readonly reading: Reading } {
  const arrived = before.pending + piece;
  const open = last ? arrived.length : (OPEN.exec(arrived)?.index ?? arrived.length);
  const pending = arrived.slice(open);
  const { text, units } = readUnits(open === arrived.length ? arrived : arrived.slice(0, open), before);
  const reading = {
    original: before.original + open,
    length: before.length + text.length,
    pending,
    units: units.length === 0 ? before.units : [...before.units, ...units],
    shift: before.shift,
  };
  return { text, reading };
}

function readUnits(
  given: string,
  { original, length }: Reading,
): { readonly text: string; readonly units: readonly Unit[] } {
  if (!HINT.test(given)) return { text: given, units: [] };
  const units: Unit[] = [];
  let text = '';
  let from = 0;
  for (const match of given.matchAll(UNIT)) {
    const read = decodedUnit(match.groups ?? {});
    if (read === null) continue;
    text += given.slice(from, match.index);
    from = match.index + match[0].length;
    units.push({
      start: original + match.index,
      end: original + from,
      at: length + text.length,
      length: read === '' ? 0 : 1,
    });
    text += read;
  }
  return { text: text + given.slice(from), units };
}

/** One code unit or none; null if the match stays as written. */
function decodedUnit(groups: Readonly<Record<string, string | undefined>>): string | null {
  const { unicode, byte, letter, decimal, hex, percent, space, dash, wide } = groups;
  if (letter !== undefined) return CONTROL[letter] ?? letter;
  if (space !== undefined) return ' ';
  if (dash !== undefined) return '-';
  if (wide !== undefined) return String.fromCharCode(wide.charCodeAt(0) - FULL_WIDTH);
  if (decimal !== undefined || hex !== undefined) return entity(decimal, hex);
  const code = unicode ?? byte ?? percent;
  return code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16));
}

const CONTROL: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: ' ', f: ' ', b: ' ' };

function entity(decimal: string | undefined, hex: string | undefined): string | null {
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const text = code === 0 || code > 0xffff ? '' : String.fromCharCode(code);
  return text === '' || SHOWN.test(text) ? null : text;
}

/** UTF-16 code units read at once. */
const SLICE = 8_192;

/** Reads a whole text in slices of a few milliseconds; null if the reading equals the text. */
export function* readInSlices(
  text: string,
): Generator<undefined, { readonly text: string; readonly reading: Reading } | null> {
  if (!HINT.test(text)) return null;
  const units: Unit[] = [];
  const parts: string[] = [];
  let reading = NOTHING_READ;
  for (let at = 0; at < text.length; at += SLICE) {
    const read = readOn(reading, text.slice(at, at + SLICE), at + SLICE >= text.length);
    parts.push(read.text);
    for (const unit of read.reading.units) units.push(unit);
    reading = { ...read.reading, units: [] };
    yield;
  }
  return units.length === 0 ? null : { text: parts.join(''), reading: { ...reading, units } };
}

/** Reads a whole text; null if the reading equals the text. */
export function readWhole(text: string): { readonly text: string; readonly reading: Reading } | null {
  const slices = readInSlices(text);
  for (;;) {
    const step = slices.next();
    if (step.done === true) return step.value;
  }
}

/** Without the units that end before `offset` of the original. */
export function forgetUnits(reading: Reading, offset: number): Reading {
  const { units } = reading;
  const kept = units.findIndex((unit) => unit.end > offset);
  if (kept === 0 || units.length === 0) return reading;
  const dropped = units[(kept < 0 ? units.length : kept) - 1];
  const shift = dropped === undefined ? reading.shift : shiftAfter(dropped);
  return { ...reading, units: kept < 0 ? [] : units.slice(kept), shift };
}

/** Offset in the original of a code unit of the reading. */
export function originalStart({ units, shift }: Reading, at: number): number {
  const before = units[countWhere(units, (unit) => unit.at + unit.length <= at) - 1];
  return at + (before === undefined ? shift : shiftAfter(before));
}

/** Offset in the original of an end in the reading: before units that are read as nothing. */
export function originalEnd(reading: Reading, at: number): number {
  const { units } = reading;
  const last = units[countWhere(units, (unit) => unit.at < at) - 1];
  if (last !== undefined && last.at + last.length >= at) return last.end;
  return originalStart(reading, at - 1) + 1;
}

/** Offset in the reading for one in the original; inside a unit, its beginning. */
export function readingAt({ units, shift }: Reading, offset: number): number {
  const index = countWhere(units, (unit) => unit.end <= offset);
  const [before, next] = [units[index - 1], units[index]];
  if (next !== undefined && next.start < offset) return next.at;
  return offset - (before === undefined ? shift : shiftAfter(before));
}

/** `offset` of the original, or the beginning of the unit that contains it. */
export function beforeUnit({ units }: Reading, offset: number): number {
  const around = units[countWhere(units, (unit) => unit.end <= offset)];
  return around !== undefined && around.start < offset ? around.start : offset;
}

/** `offset` of the original, or the end of the unit that contains it. */
export function behindUnit({ units }: Reading, offset: number): number {
  const around = units[countWhere(units, (unit) => unit.end <= offset)];
  return around !== undefined && around.start < offset ? around.end : offset;
}

function shiftAfter(unit: Unit): number {
  return unit.end - unit.at - unit.length;
}

/** Number of leading units that meet a monotonic condition. */
function countWhere(units: readonly Unit[], meets: (unit: Unit) => boolean): number {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const unit = units[middle];
    if (unit !== undefined && meets(unit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
