/**
 * A reading of a text: what its escapes, marks, typographic signs or encodings stand for, with the place of each in the original. So a match
 * begins and ends beside an escape and never inside of one.
 */

/** What hides a text from a plain search, and what is read of it. */
export const DECODINGS = {
  escape: 'Backslash escapes of programs, JSON and Markdown: `\\u0040`, `\\u{40}`, `\\x40`, `\\100`, `\\@`',
  entity: 'HTML entities: `&#64;`, `&commat;`, `&amp;#64;`',
  percent: 'Percent, also of percent: `%40`, `%2540`',
  'quoted-printable': '`=40`, and line ends behind `=`',
  invisible:
    'Characters without width, marks of direction, variation selectors, tag characters, strokes over digits',
  letters: 'Letters and digits of mathematics, in circles, squares or other scripts',
  marks: 'Marks of Markdown and HTML inside of words and numbers: `**`, `<b>`, `<!-- -->`, `<br>`',
  base64:
    'Base64 in both alphabets, of UTF-8 and UTF-16, also cut by white space, if its first 12 bytes are text',
  hex: 'Hexadecimal digits, with or without `0x` and gaps, if the first 8 bytes are text',
  pseudonym: 'Pseudonyms (`ingress.pii.action: tokenise`), as the values that the caller gets back for them',
  spaced: 'Eight or more letters or digits with a gap behind each: spaces, dots, dashes, line ends',
} as const;
export type Decoding = keyof typeof DECODINGS;

/** Code units of the original that are read as others: one group, or equal groups in a row. Offsets are absolute. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  /** Its offset in the reading, and its number of code units there. */
  readonly at: number;
  readonly length: number;
  /** Code units of a group in the original and in the reading. No match begins or ends inside of a group. */
  readonly from: number;
  readonly to: number;
  readonly by: Decoding;
}

/** Units in the order of the text, as an array has them. */
export interface Units {
  readonly length: number;
  /** Negative ones count from the end. */
  at(index: number): Unit | undefined;
}

/** What a text was read as, for offsets of the one in the other. */
export interface Read {
  /** Anything was read as something else so far. Characters that stand for one other character have no unit. */
  readonly differs: boolean;
  /** In order, without those that `forgetUnits` dropped at the beginning. */
  readonly units: Units;
  /** Offset in the original minus offset in the reading, before the first of `units`. */
  readonly shift: number;
}

/** A block of encoded text that is being read. */
export type Mode =
  | { readonly kind: 'base64'; readonly size: 4 | 8 }
  | { readonly kind: 'hex' }
  | { readonly kind: 'spaced'; readonly gap: string };

/** The part of a running text that was read. Immutable. */
export interface Reading extends Read {
  /** UTF-16 code units of the original that were read. */
  readonly original: number;
  /** UTF-16 code units of the reading. */
  readonly length: number;
  /** Arrived text whose reading depends on what follows: at most 128 code units. */
  readonly pending: string;
  /** The last two code units before `pending`. */
  readonly behind: string;
  readonly mode: Mode | null;
  readonly units: readonly Unit[];
}

export const NOTHING_READ: Reading = {
  original: 0,
  length: 0,
  pending: '',
  behind: '',
  mode: null,
  differs: false,
  units: [],
  shift: 0,
};

/** Text that was read, and the reading up to its end. */
export interface ReadPiece {
  readonly text: string;
  readonly reading: Reading;
}

/** Continues a reading from its end. `last`: no more text will arrive. */
export type Reader = (before: Reading, piece: string, last?: boolean) => ReadPiece;

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
export function originalStart({ units, shift }: Read, at: number): number {
  const index = countWhere(units, (unit) => unit.at + unit.length <= at);
  const [before, around] = [unitBefore(units, index), units.at(index)];
  if (around !== undefined && around.at < at)
    return around.start + Math.floor((at - around.at) / around.to) * around.from;
  return at + (before === undefined ? shift : shiftAfter(before));
}

/** Offset in the original of an end in the reading: before units that are read as nothing. */
export function originalEnd(reading: Read, at: number): number {
  const { units } = reading;
  const last = unitBefore(
    units,
    countWhere(units, (unit) => unit.at < at),
  );
  if (last !== undefined && last.at + last.length >= at)
    return last.start + Math.ceil((at - last.at) / last.to) * last.from;
  return originalStart(reading, at - 1) + 1;
}

/** Offset in the reading for one in the original; inside a group, its beginning. */
export function readingAt({ units, shift }: Read, offset: number): number {
  const index = countWhere(units, (unit) => unit.end <= offset);
  const [before, next] = [unitBefore(units, index), units.at(index)];
  if (next !== undefined && next.start < offset)
    return next.at + Math.floor((offset - next.start) / next.from) * next.to;
  return offset - (before === undefined ? shift : shiftAfter(before));
}

/** `offset` of the original, or the beginning of the group that contains it. */
export function beforeUnit({ units }: Read, offset: number): number {
  const around = units.at(countWhere(units, (unit) => unit.end <= offset));
  if (around === undefined || around.start >= offset) return offset;
  return around.start + Math.floor((offset - around.start) / around.from) * around.from;
}

/** `offset` of the original, or the end of the group that contains it. */
export function behindUnit({ units }: Read, offset: number): number {
  const around = units.at(countWhere(units, (unit) => unit.end <= offset));
  if (around === undefined || around.start >= offset) return offset;
  return around.start + Math.ceil((offset - around.start) / around.from) * around.from;
}

/** True for a part of the reading that was read of one group, or of equal ones in a row. */
export function isInUnit({ units }: Read, start: number, end: number): boolean {
  const unit = units.at(countWhere(units, (one) => one.at + one.length <= start));
  return unit !== undefined && unit.at <= start && end <= unit.at + unit.length;
}

/** What was decoded in a part of the reading; null if nothing that has a unit. */
export function decodedIn({ units }: Read, start: number, end: number): Decoding | null {
  const unit = units.at(countWhere(units, (one) => one.at + one.length <= start));
  return unit !== undefined && unit.at < end ? unit.by : null;
}

function shiftAfter(unit: Unit): number {
  return unit.end - unit.at - unit.length;
}

function unitBefore(units: Units, index: number): Unit | undefined {
  return index === 0 ? undefined : units.at(index - 1);
}

/** Number of leading units that meet a monotonic condition. */
function countWhere(units: Units, meets: (unit: Unit) => boolean): number {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const unit = units.at(middle);
    if (unit !== undefined && meets(unit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
