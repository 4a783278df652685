import RE2 from 're2';
import { printPattern } from './print.ts';
import { weight, type Node } from './syntax.ts';

/**
 * Of one set. RE2 gives an automaton a fixed memory and builds it anew when that is full: measured over texts with personal data, a pass of
 * one set of weight 6,400 takes 2.5 ms for 1,000 tokens, passes of three sets 0.12 ms.
 */
const MAX_WEIGHT = 2500;

interface Part {
  readonly first: number;
  readonly count: number;
  /** Null if RE2 could not build a set: then every pattern of the part matches. */
  readonly set: { match(bytes: Buffer): number[] } | null;
}

/** What a match of one pattern must have. */
export interface Needs {
  /** Each match contains a match of each of them. */
  readonly parts: readonly Node[];
  /** Of its matches, in code points. */
  readonly shortest: number;
}

/**
 * Selects in one pass the patterns that may match, by the parts that a match must have (`neededParts`): one whose parts all occur
 * somewhere is a candidate. False positives only.
 */
export class Prefilter {
  readonly #parts: readonly Part[];
  /** For each of them, the length of the shortest match of its patterns. */
  readonly #shortest: readonly number[];
  /** The pattern of each needed part. */
  readonly #owners: readonly number[];
  /** Number of needed parts of each pattern. */
  readonly #needed: Uint8Array;

  constructor(patterns: readonly Needs[]) {
    const needed = patterns.map(({ parts }) => parts);
    let first = 0;
    this.#parts = partition(needed.flat()).flatMap((nodes) => {
      const parts = compile(
        nodes.map((node) => printPattern(node)),
        first,
      );
      first += nodes.length;
      return parts;
    });
    const owners = needed.flatMap((nodes, index) => nodes.map(() => index));
    this.#owners = owners;
    this.#shortest = this.#parts.map((part) =>
      Math.min(
        ...owners.slice(part.first, part.first + part.count).map((owner) => patterns[owner]?.shortest ?? 0),
      ),
    );
    this.#needed = Uint8Array.from(needed, ({ length }) => length);
  }

  /** Indexes of the patterns that may match, ascending. `room`: code units that a match may have. */
  candidates(bytes: Buffer, room = Infinity): readonly number[] {
    const met = this.#parts.flatMap((part, index) =>
      (this.#shortest[index] ?? 0) > room ? [] : metIn(part, bytes),
    );
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

/** In order, each of at most the weight that one set may have, or a single node. */
function partition(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const sets: Node[][] = [];
  let free = 0;
  for (const node of nodes) {
    const size = weight(node);
    if (sets.length === 0 || size > free) {
      sets.push([]);
      free = MAX_WEIGHT;
    }
    sets.at(-1)?.push(node);
    free -= size;
  }
  return sets;
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
