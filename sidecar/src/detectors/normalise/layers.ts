import { readBlocks } from './blocks.ts';
import {
  beforeUnit,
  behindUnit,
  decodedIn,
  NOTHING_READ,
  originalEnd,
  originalStart,
  readingAt,
  type Decoding,
  type Reader,
  type Read,
} from './reading.ts';
import { readSigns } from './signs.ts';
import { allAtOnce } from '../slices.ts';
import { PackedUnits } from './units.ts';

/** How a text is read, each reader over what the one before has read: signs, blocks, and blocks inside of blocks. */
export const READERS: readonly Reader[] = [readSigns, readBlocks, readBlocks];

/** One reader's text of a whole text, if it differs from that of the one before. */
export interface View {
  readonly text: string;
  /** From the original to this text. */
  readonly readings: readonly Read[];
}

/** UTF-16 code units read at once. */
const SLICE = 8_192;

/** All views of a text besides the text itself, in slices of a few milliseconds. */
export function* viewsInSlices(text: string): Generator<undefined, readonly View[]> {
  if (text === latest.text) return latest.views;
  const views = yield* readInSlices(text);
  if (text.length <= MAX_KEPT) latest = { text, views };
  return views;
}

function* readInSlices(text: string): Generator<undefined, readonly View[]> {
  const views: View[] = [];
  const readings: Read[] = [];
  let below = text;
  for (const read of READERS) {
    const { text: shown, reading } =
      below.length <= SLICE ? read(NOTHING_READ, below, true) : yield* readLong(read, below);
    readings.push(reading);
    // What one reader of blocks leaves as it is, the next one leaves too.
    if (!reading.differs && readings.length > 1) break;
    if (!reading.differs) continue;
    below = shown;
    views.push({ text: below, readings: [...readings] });
  }
  return views;
}

function* readLong(
  read: Reader,
  text: string,
): Generator<undefined, { readonly text: string; readonly reading: Read }> {
  let reading = NOTHING_READ;
  const parts: string[] = [];
  const packed = new PackedUnits();
  for (let at = 0; at < text.length; at += SLICE) {
    const isLast = at + SLICE >= text.length;
    const next = read(reading, text.slice(at, at + SLICE), isLast);
    // Makes one string of the thousands that it was put together from: else all of them wait for `join`, longer than a slice.
    next.text.charCodeAt(0);
    parts.push(next.text);
    const { units } = next.reading;
    for (const unit of isLast ? units : units.slice(0, -1)) packed.push(unit);
    // A reading copies its units, so it is given the last one alone, which it may continue.
    reading = { ...next.reading, units: units.slice(-1) };
    yield;
  }
  return { text: parts.join(''), reading: { differs: reading.differs, units: packed, shift: reading.shift } };
}

/** Longer texts are not kept. UTF-16 code units. */
const MAX_KEPT = 32_768;
/** The latest text with its views: one detector after the other asks for them. */
let latest: { readonly text: string; readonly views: readonly View[] } = { text: '', views: [] };

/** All views of a text besides the text itself. */
export function viewsOf(text: string): readonly View[] {
  return allAtOnce(viewsInSlices(text));
}

/**
 * Far more than a reader looks at around one place: two code units before a unit, about a hundred in it, and two behind it; about as many
 * for the beginning of a block.
 */
const EDGE = 512;

/** The views of a part of a text that has none: wherever they see no cut, readers see in the part what they saw in the text. */
export function viewsOfPart(part: string): readonly View[] {
  const isPlain =
    part.length > 2 * EDGE && [part.slice(0, EDGE), part.slice(-EDGE)].every((edge) => isReadAsWritten(edge));
  return isPlain ? [] : viewsOf(part);
}

function isReadAsWritten(text: string): boolean {
  return allAtOnce(readInSlices(text)).length === 0;
}

/** Offsets in the original of a part of the last reading. */
export function originalRange(
  readings: readonly Read[],
  start: number,
  end: number,
): { readonly start: number; readonly end: number; readonly by: Decoding | null } {
  let range = { start, end };
  let by: Decoding | null = null;
  for (let index = readings.length - 1; index >= 0; index--) {
    const reading = readings[index] ?? NOTHING_READ;
    by ??= decodedIn(reading, range.start, range.end);
    range = { start: originalStart(reading, range.start), end: originalEnd(reading, range.end) };
  }
  return { ...range, by };
}

/** Offset in the original of an offset in the last reading. */
export function originalOffset(readings: readonly Read[], at: number): number {
  return readings.reduceRight((offset, reading) => originalStart(reading, offset), at);
}

/** Offsets of an offset of the original in each reading. */
export function offsetsIn(readings: readonly Read[], offset: number): readonly number[] {
  let at = offset;
  return readings.map((reading) => (at = readingAt(reading, at)));
}

/** `offset` of the original, or the beginning of the group of any reading that contains it. */
export function beforeGroups(readings: readonly Read[], offset: number): number {
  if (readings.every(({ units }) => units.length === 0)) return offset;
  for (let until = offset; ;) {
    const before = readings.reduce((earliest, reading, index) => {
      const below = readings.slice(0, index);
      const inside = offsetsIn(below, earliest).at(-1) ?? earliest;
      const begin = beforeUnit(reading, inside);
      return begin === inside ? earliest : Math.min(earliest, originalOffset(below, begin));
    }, until);
    if (before === until) return until;
    until = before;
  }
}

/** A part of the original without the groups that it divides; null if nothing is left. */
export function besideGroups<T extends { readonly start: number; readonly end: number }>(
  reading: Read,
  range: T,
): T | null {
  const start = behindUnit(reading, range.start);
  const end = beforeUnit(reading, range.end);
  return start < end ? { ...range, start, end } : null;
}
