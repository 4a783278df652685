import { foldName } from '../../policy/compile/names/argument-names.ts';
import type { CountQuery } from '../../policy/compile/call-counts.ts';
import type { SharedPart } from './shared-state.ts';
import { WindowCounters } from './window-counters.ts';

/** Counters at the same time, two for each thing that is counted. Where there is no room for another, a condition on it does not hold. */
const MAX_COUNTERS = 8_192;

/** What conditions ask of earlier calls, counted as they ask it. */
export interface Calls {
  /** @throws if there is no room to count */
  read(scope: string, query: CountQuery, nowMs: number): number;
  /** A call that was allowed. Returns what takes it out again, where it is not made after all. */
  add(scope: string, query: CountQuery, args: unknown, nowMs: number): () => void;
}

/** The calls that one sidecar knows of. */
export class CallLog implements Calls {
  readonly #counters = new WindowCounters(MAX_COUNTERS);

  read(scope: string, query: CountQuery, nowMs: number): number {
    const sum = this.#counters.read(keyOf(scope, query), query.windowMs, nowMs);
    if (sum === null) throw new Error('too many calls are counted');
    return sum;
  }

  add(scope: string, query: CountQuery, args: unknown, nowMs: number): () => void {
    const amount = amountOfCall(query, args);
    return this.#counters.add(keyOf(scope, query), query.windowMs, amount, nowMs) ?? nothing;
  }

  /** `key`: of `keyOf`. What all replicas counted, in place of what this one knew. */
  replace(key: string, windowMs: number, parts: readonly SharedPart[], nowMs: number): void {
    this.#counters.replace(key, windowMs, parts, nowMs);
  }
}

/** How much a call counts. */
export function amountOfCall({ argument }: CountQuery, args: unknown): number {
  return argument === null ? 1 : amountIn(args, argument);
}

/** Distinguishes counters. */
export function keyOf(scope: string, { tool, argument, windowMs, exact }: CountQuery): string {
  return JSON.stringify([scope, tool, argument, windowMs, ...(exact === true ? ['exact'] : [])]);
}

function nothing(): void {
  // There was no room to count it.
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
