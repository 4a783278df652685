import type { Case } from './cases.ts';
import { round } from './comparison.ts';
import { at, spreadOf, type Spread } from './spread.ts';
import type { Subject } from './subject.ts';

/** What the sidecar adds to an exchange at a given rate, ms, percentile less percentile of the same round. */
export interface Added {
  readonly p50: Spread;
  readonly p99: Spread;
}

/** Seconds of a round. */
const SECONDS = 3;

/** @param perSecond exchanges that begin in a second, for both */
export async function addedLatency(
  baseline: Subject,
  sidecar: Subject,
  { kind, rounds, perSecond }: { readonly kind: Case; readonly rounds: number; readonly perSecond: number },
): Promise<Added> {
  const p50: number[] = [];
  const p99: number[] = [];
  const total = Math.ceil(perSecond * SECONDS);
  for (let count = 0; count < rounds; count += 1) {
    const { latenciesMs: without } = await round(baseline, kind, { total, perSecond });
    const { latenciesMs: with_ } = await round(sidecar, kind, { total, perSecond });
    p50.push(at(with_, 0.5) - at(without, 0.5));
    p99.push(at(with_, 0.99) - at(without, 0.99));
  }
  return { p50: spreadOf(p50), p99: spreadOf(p99) };
}
