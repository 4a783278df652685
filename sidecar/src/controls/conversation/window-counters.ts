import type { SharedPart } from './shared-state.ts';

/** Counters that are looked at to make room. */
const MAX_TRIED = 64;
/** Parts of a window: an amount counts for at most one part longer than the window. */
const PARTS = 60;

interface Part {
  readonly at: number;
  amount: number;
}

interface Counter {
  readonly partMs: number;
  readonly parts: Part[];
}

/** Amounts within sliding windows, by key, in memory, about 2 KB for each counter at most. Bounded. */
export class WindowCounters {
  readonly #counters = new Map<string, Counter>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The sum within the window; null if there is no room to count. A key always has the same window. */
  read(key: string, windowMs: number, nowMs: number): number | null {
    return this.#counterOf(key, windowMs, nowMs)?.parts.reduce((sum, { amount }) => sum + amount, 0) ?? null;
  }

  /** Takes the amount out again, unless it is infinite. Null: there is no room to count. */
  add(key: string, windowMs: number, amount: number, nowMs: number): (() => void) | null {
    const counter = this.#counterOf(key, windowMs, nowMs);
    if (counter === null) return null;
    const at = Math.floor(nowMs / counter.partMs);
    const last = counter.parts.at(-1);
    const part = last?.at === at ? last : { at, amount: 0 };
    if (part !== last) counter.parts.push(part);
    part.amount += amount;
    return () => {
      if (Number.isFinite(part.amount)) part.amount -= amount;
    };
  }

  /** Counts what the replicas counted together, in place of what this one knew. Nothing happens if there is no room. */
  replace(key: string, windowMs: number, parts: readonly SharedPart[], nowMs: number): void {
    const counter = this.#counterOf(key, windowMs, nowMs);
    if (counter === null) return;
    const now = Math.floor(nowMs / counter.partMs);
    const counted = parts.map(({ ago, amount }) => ({ at: now - ago, amount }));
    counter.parts.splice(0, Infinity, ...counted.sort((a, b) => a.at - b.at));
  }

  /** How long until the sum is below `limit` if nothing is added: at most one part longer than the window. */
  waitMs(key: string, windowMs: number, limit: number, nowMs: number): number {
    const counter = this.#counterOf(key, windowMs, nowMs);
    const partMs = windowMs / PARTS;
    let left = this.read(key, windowMs, nowMs) ?? 0;
    for (const { at, amount } of counter?.parts ?? []) {
      left = amount === Infinity ? sumAfter(counter, at) : left - amount;
      if (left < limit) return Math.max(0, (at + PARTS + 1) * partMs - nowMs);
    }
    return windowMs + partMs;
  }

  #counterOf(key: string, windowMs: number, nowMs: number): Counter | null {
    const known = this.#counters.get(key);
    const counter = known ?? { partMs: windowMs / PARTS, parts: [] };
    if (known === undefined && this.#counters.size >= this.#max && !this.#makeRoom(nowMs)) return null;
    // The one that was used last is last.
    this.#counters.delete(key);
    this.#counters.set(key, counter);
    prune(counter, nowMs);
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

function sumAfter(counter: Counter | null, at: number): number {
  return (counter?.parts ?? []).reduce((sum, part) => (part.at > at ? sum + part.amount : sum), 0);
}

function prune({ parts, partMs }: Counter, nowMs: number): void {
  const first = Math.floor(nowMs / partMs) - PARTS;
  while (parts[0] !== undefined && parts[0].at < first) parts.shift();
}
