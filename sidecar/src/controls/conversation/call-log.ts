import { foldName } from '../../policy/compile/names/argument-names.ts';
import type { CountQuery } from '../../policy/compile/call-counts.ts';

/** Counters at the same time, about 2 KB each at most. Where there is no room for another, a condition on it does not hold. */
const MAX_COUNTERS = 4_096;
/** Counters that are looked at to make room. */
const MAX_TRIED = 64;
/** Parts of a window: a call counts for at most one part longer than the window. */
const PARTS = 60;

interface Part {
  readonly at: number;
  amount: number;
}

interface Counter {
  readonly partMs: number;
  readonly parts: Part[];
}

/** What conditions ask of earlier calls, counted as they ask it. Of one sidecar, in memory alone. Bounded. */
export class CallLog {
  readonly #counters = new Map<string, Counter>();

  /** @throws if there is no room to count */
  read(scope: string, query: CountQuery, nowMs: number): number {
    const counter = this.#counterOf(keyOf(scope, query), query, nowMs);
    if (counter === null) throw new Error('too many calls are counted');
    prune(counter, nowMs);
    return counter.parts.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** A call that was allowed. */
  add(scope: string, query: CountQuery, args: unknown, nowMs: number): void {
    const amount = query.argument === null ? 1 : amountIn(args, query.argument);
    const counter = this.#counterOf(keyOf(scope, query), query, nowMs);
    if (counter === null) return;
    prune(counter, nowMs);
    const at = Math.floor(nowMs / counter.partMs);
    const last = counter.parts.at(-1);
    if (last?.at === at) last.amount += amount;
    else counter.parts.push({ at, amount });
  }

  #counterOf(key: string, { windowMs }: CountQuery, nowMs: number): Counter | null {
    const known = this.#counters.get(key);
    const counter = known ?? { partMs: windowMs / PARTS, parts: [] };
    if (known === undefined && this.#counters.size >= MAX_COUNTERS && !this.#makeRoom(nowMs)) return null;
    // The one that was used last is last.
    this.#counters.delete(key);
    this.#counters.set(key, counter);
    return counter;
  }

  /** Only a counter that counts nothing any more may go, or its caller would begin anew. */
  #makeRoom(nowMs: number): boolean {
    let tried = 0;
    for (const [key, counter] of this.#counters) {
      prune(counter, nowMs);
      if (counter.parts.length === 0) return this.#counters.delete(key);
      tried += 1;
      if (tried >= MAX_TRIED) return false;
    }
    return false;
  }
}

function keyOf(scope: string, { tool, argument, windowMs }: CountQuery): string {
  return JSON.stringify([scope, tool, argument, windowMs]);
}

function prune({ parts, partMs }: Counter, nowMs: number): void {
  const first = Math.floor(nowMs / partMs) - PARTS;
  while (parts[0] !== undefined && parts[0].at < first) parts.shift();
}

/** Names are compared as tool servers may. A number in a text counts, a negative one as none, and what is no number as infinite. */
function amountIn(args: unknown, argument: string): number {
  if (typeof args !== 'object' || args === null) return Infinity;
  const name = foldName(argument);
  return Object.entries(args)
    .filter(([key]) => foldName(key) === name)
    .reduce((sum, [, value]) => sum + amountOf(value), 0);
}

function amountOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.max(0, number) : Infinity;
}
