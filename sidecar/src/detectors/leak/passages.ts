import {
  AT_START,
  type Detector,
  type Finding,
  type Progress,
  type Resumed,
  type RunningPart,
} from '../detector.ts';
import { withoutHalf } from '../patterns/index.ts';
import { GRAM, gramAt, keyOf, startOf, type Gram } from './gram.ts';
import { wordsOf, type Word } from './words.ts';

/** Passages of so many words count however short their words are; others must have `MIN_LENGTH`. */
const MANY_WORDS = 16;
/** UTF-16 code units from the first word to the last. */
const MIN_LENGTH = 40;

/** Known texts by their grams. */
export interface PassageIndex {
  readonly starts: ReadonlySet<number>;
  readonly keys: ReadonlySet<number>;
  /** True where every gram of the known texts is in the index, so that a passage consists of known starts alone. */
  readonly complete: boolean;
}

export function indexGrams(grams: Iterable<Gram>, complete: boolean): PassageIndex {
  const starts = new Set<number>();
  const keys = new Set<number>();
  for (const gram of grams) {
    starts.add(gram.start);
    keys.add(keyOf(gram));
  }
  return { starts, keys, complete };
}

/** Finds passages that repeat the known texts: grams in a row, joined where they share words. Linear. */
export function createPassageDetector(rule: string, index: PassageIndex): Detector {
  return {
    id: rule,
    scan: (text) =>
      passages(wordsOf(text), index)
        .filter(counts)
        .map((passage) => findingOf(rule, passage)),
    hold: (text, from) => hold(text, index, from),
    resume: (part, progress) => resume(rule, index, part, progress),
  };
}

/** A passage that was given out takes its words with it: `reach`. */
function resume(
  rule: string,
  index: PassageIndex,
  { text, base, until }: RunningPart,
  { from, reach }: Progress,
): Resumed {
  const first = Math.max(from, reach) - base;
  const findings: Finding[] = [];
  let latest = reach;
  for (const passage of passages(wordsFrom(text, first), index)) {
    if (passage.start + base >= until) break;
    latest = passage.end + base;
    if (!counts(passage)) continue;
    findings.push({ ...findingOf(rule, passage), start: passage.start + base, end: latest });
  }
  return { findings, progress: { ...AT_START, from: until, reach: latest } };
}

/** The words that begin at `from` or later. */
function wordsFrom(text: string, from: number): readonly Word[] {
  const words = wordsOf(text);
  const first = words.findIndex(({ start }) => start >= from);
  return first === 0 ? words : first < 0 ? [] : words.slice(first);
}

interface Passage {
  readonly start: number;
  readonly end: number;
  readonly words: number;
}

function counts(passage: Passage): boolean {
  return passage.words >= MANY_WORDS || passage.end - passage.start >= MIN_LENGTH;
}

function findingOf(rule: string, { start, end }: Passage): Finding {
  return { rule, start, end, score: 1 };
}

function passages(words: readonly Word[], index: PassageIndex): readonly Passage[] {
  const found: Passage[] = [];
  let first = -1;
  let last = -1;
  const close = (): void => {
    const [from, to] = [words[first], words[last]];
    if (from !== undefined && to !== undefined)
      found.push({ start: from.start, end: to.end, words: last - first + 1 });
  };
  for (let at = 0; at + GRAM <= words.length; at++) {
    if (!index.starts.has(startOf(words, at)) || !index.keys.has(keyOf(gramAt(words, at)))) continue;
    if (at > last) {
      close();
      first = at;
    }
    last = at + GRAM - 1;
  }
  close();
  return found;
}

/** From the earliest word on that may begin a gram that is not complete yet, or from the passage that such a gram would extend. */
function hold(arrived: string, index: PassageIndex, from = 0): number {
  const text = withoutHalf(arrived);
  const words = wordsFrom(text, from);
  // A word at the very end may still grow.
  const open = words.at(-1)?.end === text.length ? words.at(-1) : undefined;
  const complete = open === undefined ? words.length : words.length - 1;
  let held = open?.start ?? text.length;
  for (let at = complete - 1; at >= Math.max(0, complete - GRAM + 1); at--) {
    const possible = at === complete - 1 || index.starts.has(startOf(words, at));
    if (possible) held = words[at]?.start ?? held;
    else if (index.complete) break;
  }
  for (const passage of passages(words.slice(0, complete), index)) {
    if (passage.start < held && passage.end > held) return passage.start;
  }
  return held;
}
