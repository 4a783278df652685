import RE2 from 're2';
import { printPattern } from './print.ts';
import type { Node } from './syntax.ts';

interface Part {
  readonly first: number;
  readonly count: number;
  /** Null if RE2 could not build a set: then every pattern of the part matches. */
  readonly set: { match(bytes: Buffer): number[] } | null;
}

/**
 * Selects in one pass the patterns that may match, by the parts that a match must have (`neededParts`): one whose parts all occur
 * somewhere is a candidate. False positives only.
 */
export class Prefilter {
  readonly #parts: readonly Part[];
  /** The pattern of each needed part. */
  readonly #owners: readonly number[];
  /** Number of needed parts of each pattern. */
  readonly #needed: Uint8Array;

  constructor(needed: readonly (readonly Node[])[]) {
    const sources = needed.flat().map((node) => printPattern(node));
    this.#parts = sources.length === 0 ? [] : compile(sources, 0);
    this.#owners = needed.flatMap((nodes, index) => nodes.map(() => index));
    this.#needed = Uint8Array.from(needed, ({ length }) => length);
  }

  /** Indexes of the patterns that may match, ascending. */
  candidates(bytes: Buffer): readonly number[] {
    const met = this.#parts.flatMap((part) => metIn(part, bytes));
    if (met.length === 0) return met;
    const counts = new Map<number, number>();
    for (const part of met) {
      const owner = this.#owners[part] ?? 0;
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    const whole = [...counts].filter(([owner, count]) => count === this.#needed[owner]);
    return whole.map(([owner]) => owner).sort((a, b) => a - b);
  }
}

function metIn({ first, count, set }: Part, bytes: Buffer): readonly number[] {
  try {
    if (set !== null) return first === 0 ? set.match(bytes) : set.match(bytes).map((index) => index + first);
  } catch {
    // The set ran out of memory on this text: slower, but complete.
  }
  return Array.from({ length: count }, (_, index) => index + first);
}

/** One set if RE2 accepts it, else halves. */
function compile(sources: readonly string[], first: number): readonly Part[] {
  const count = sources.length;
  try {
    return [{ first, count, set: new RE2.Set(sources, 'u') }];
  } catch {
    if (count < 2) return [{ first, count, set: null }];
    const half = count >> 1;
    return [...compile(sources.slice(0, half), first), ...compile(sources.slice(half), first + half)];
  }
}
