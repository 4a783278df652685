import RE2 from 're2';
import { printPattern } from './print.ts';
import { relax } from './relax.ts';
import type { Node } from './syntax.ts';

interface Part {
  readonly first: number;
  readonly count: number;
  /** Null if RE2 could not build a set: then every pattern of the part is a candidate. */
  readonly set: { match(bytes: Buffer): number[] } | null;
}

/** Selects in one pass the patterns that may match. Works on relaxed patterns: false positives only. */
export class Prefilter {
  readonly #parts: readonly Part[];

  constructor(nodes: readonly Node[]) {
    const sources = nodes.map((node) => printPattern(relax(node)));
    this.#parts = sources.length === 0 ? [] : compile(sources, 0);
  }

  /** Indexes of the patterns that may match. */
  candidates(bytes: Buffer): readonly number[] {
    const [only] = this.#parts;
    if (this.#parts.length === 1 && only !== undefined) return candidatesOf(only, bytes);
    return this.#parts.flatMap((part) => candidatesOf(part, bytes).map((index) => index + part.first));
  }
}

function candidatesOf(part: Part, bytes: Buffer): readonly number[] {
  try {
    if (part.set !== null) return part.set.match(bytes);
  } catch {
    // The set ran out of memory on this text: slower, but complete.
  }
  return Array.from({ length: part.count }, (_, index) => index);
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
