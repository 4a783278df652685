import { AT_START, type Detector, type Finding, type Progress, type RunningPart } from '../detector.ts';
import { withoutHalf } from '../patterns/index.ts';
import { GRAM, gramAt, keyOf, startOf, type Gram } from './gram.ts';
import { wordsOf, type Words } from './words.ts';

/** Passages of this many words count however short their words are; others must have `MIN_LENGTH`. */
const MANY_WORDS = 16;
/** UTF-16 code units from the first word to the last. */
const MIN_LENGTH = 40;

/** Known texts by their grams. */
export interface PassageIndex {
  /** A bit for the lower bits of each of `starts`: most words of other texts are told apart by it, without a look into the set. */
  readonly bits: Uint32Array;
  readonly starts: ReadonlySet<number>;
  readonly keys: ReadonlySet<number>;
  /** True if the index has every gram of the known texts, so that a passage consists of known starts only. */
  readonly complete: boolean;
}

export function indexGrams(grams: Iterable<Gram>, complete: boolean): PassageIndex {
  const starts = new Set<number>();
  const keys = new Set<number>();
  for (const gram of grams) {
    starts.add(gram.start);
    keys.add(keyOf(gram));
  }
  return { bits: bitsOf(starts), starts, keys, complete };
}

/** At most one bit of eight is set, and no more than 32 KiB are taken. */
function bitsOf(starts: ReadonlySet<number>): Uint32Array {
  const size = Math.min(2 ** 18, Math.max(2 ** 10, 2 ** Math.ceil(Math.log2(8 * starts.size + 1))));
  const bits = new Uint32Array(size / 32);
  const mask = size - 1;
  for (const start of starts) {
    const at = (start & mask) >>> 5;
    bits[at] = (bits[at] ?? 0) | (1 << (start & 31));
  }
  return bits;
}

function isStart({ bits, starts }: PassageIndex, start: number): boolean {
  const mask = bits.length * 32 - 1;
  return (((bits[(start & mask) >>> 5] ?? 0) >>> (start & 31)) & 1) === 1 && starts.has(start);
}

/** Whether a passage of this many words counts. Pure. */
export type Counts = (passage: string, words: number) => boolean;

/** Finds passages that repeat the known texts: consecutive grams, joined where they share words. Linear. */
export function createPassageDetector(
  rule: string,
  index: PassageIndex,
  matters: Counts = () => true,
): Detector {
  const counts = (text: string, { start, end, words }: Passage): boolean =>
    (words >= MANY_WORDS || end - start >= MIN_LENGTH) && matters(text.slice(start, end), words);
  return {
    id: rule,
    scan: (text) =>
      passages(wordsOf(text), index)
        .filter((passage) => counts(text, passage))
        .map((passage) => findingOf(rule, passage)),
    hold: (text, from) => hold(text, index, from),
    resume: (part, progress) => {
      const { found, reach } = resume(index, part, progress);
      const findings = found
        .filter((passage) => counts(part.text, passage))
        .map((passage) => findingOf(rule, passage, part.base));
      return { findings, progress: { ...AT_START, from: part.until, reach } };
    },
  };
}

/** The passages that begin before `until`, relative to the part. A returned passage consumes its words: `reach`. */
function resume(
  index: PassageIndex,
  { text, base, until }: RunningPart,
  { from, reach }: Progress,
): { readonly found: readonly Passage[]; readonly reach: number } {
  const words = wordsOf(text);
  const first = firstFrom(words, Math.max(from, reach) - base);
  const found = passages(words, index, first).filter(({ start }) => start + base < until);
  const last = found.at(-1);
  return { found, reach: last === undefined ? reach : last.end + base };
}

/** The first word that begins at `from` or later. */
function firstFrom({ starts, count }: Words, from: number): number {
  let first = 0;
  while (first < count && (starts[first] ?? 0) < from) first++;
  return first;
}

interface Passage {
  readonly start: number;
  readonly end: number;
  readonly words: number;
}

function findingOf(rule: string, { start, end }: Passage, base = 0): Finding {
  return { rule, start: start + base, end: end + base, score: 1 };
}

/** In the words from `from` to `to`. */
function passages(words: Words, index: PassageIndex, from = 0, to = words.count): readonly Passage[] {
  const found: Passage[] = [];
  let first = -1;
  let last = -1;
  for (let at = from; at + GRAM <= to; at++) {
    if (!isStart(index, startOf(words, at)) || !index.keys.has(keyOf(gramAt(words, at)))) continue;
    if (at > last) {
      if (first >= 0) found.push(passageOf(words, first, last));
      first = at;
    }
    last = at + GRAM - 1;
  }
  if (first >= 0) found.push(passageOf(words, first, last));
  return found;
}

function passageOf({ starts, ends }: Words, first: number, last: number): Passage {
  return { start: starts[first] ?? 0, end: ends[last] ?? 0, words: last - first + 1 };
}

/** The start of the earliest word that may begin an incomplete gram, or of the passage that such a gram would extend. */
function hold(arrived: string, index: PassageIndex, from = 0): number {
  const text = withoutHalf(arrived);
  const words = wordsOf(text);
  const { starts, ends, count } = words;
  const first = firstFrom(words, from);
  // A word at the very end may still continue.
  const isOpen = first < count && ends[count - 1] === text.length;
  const complete = isOpen ? count - 1 : count;
  let held = (isOpen ? starts[count - 1] : undefined) ?? text.length;
  for (let at = complete - 1; at >= Math.max(first, complete - GRAM + 1); at--) {
    const possible = at === complete - 1 || isStart(index, startOf(words, at));
    if (possible) held = starts[at] ?? held;
    else if (index.complete) break;
  }
  for (const passage of passages(words, index, first, complete)) {
    if (passage.start < held && passage.end > held) return passage.start;
  }
  return held;
}
