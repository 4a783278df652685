import type { Medium, Segment } from '../../exchange/index.ts';
import type { JsonValue } from './syntax/value.ts';

/** What a dialect read of a value that is kept: the same again, since reading is pure. */
export interface Reading {
  readonly items: readonly unknown[];
  readonly segments: readonly Segment[];
  readonly media: readonly Medium[];
  /** What the sweep found in it; null until it was there. */
  swept: readonly Segment[] | null;
}

/** By the function that read it: each dialect reads it in its own way. */
type Readings = Map<object, Reading>;

/** They go with their values. */
const KEPT = new WeakMap<object, Readings>();

/** Readings of this value are kept from now on: it comes again, as the same object and under the same pointer. */
export function keepReadings(value: readonly JsonValue[]): void {
  KEPT.set(value, new Map());
}

/** Undefined: they are not kept. */
export function readingsOf(value: JsonValue): Readings | undefined {
  return typeof value === 'object' && value !== null ? KEPT.get(value) : undefined;
}
