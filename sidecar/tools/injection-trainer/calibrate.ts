import { POINTS, type Head } from '../../src/detectors/injection/model.ts';
import type { Tail } from '../../src/detectors/injection/tails.ts';
import { quantile } from './summary.ts';
import { OWN_TEXTS } from './texts.ts';

/** The smallest share of honest texts that is measured; what is rarer is continued as an exponential tail. */
const LEAST_SHARE = 0.004;
/** Shares of honest texts at the points of a tail fall by this factor. */
const FALL = 0.65;
/** The share of honest texts by which the tail of signs is measured. */
const WITH_SIGNS = 0.01;
/** A source counts alone if it has so many honest texts, */
const OF_SOURCE = 100;
/** and does not quote attacks word for word. */
const QUOTES = /^security_docs$/;

/** The tail of the logits that honest texts have. */
export function logitTail(values: readonly number[]): Tail {
  const points: [number, number][] = [];
  for (let share = 1; share >= LEAST_SHARE && points.length < POINTS - 1; share *= FALL) {
    const value = quantile(values, share);
    const last = points.at(-1);
    // Of one value many texts have, the greatest share counts.
    if (last === undefined || value > last[0]) points.push([value, Math.log(1 / share)]);
  }
  const [value, rank] = points.at(-1) ?? [0, 0];
  const above = values.filter((each) => each > value).map((each) => each - value);
  const mean = above.reduce((sum, each) => sum + each, 0) / above.length;
  // One mean excess further, a share of 1/e of them is left.
  const end: [number, number] = above.length === 0 ? [value, rank] : [value + mean, rank + 1];
  return Array.from({ length: POINTS }, (_, at) => points[at] ?? end);
}

/**
 * The tail of the signs that honest texts have. Most have none, and the few with many of them quote attacks, so it is taken as exponential from
 * no sign on, through the value that a share of them exceeds.
 */
export function signTail(values: readonly number[]): Tail {
  const end: [number, number] = [quantile(values, WITH_SIGNS), -Math.log(WITH_SIGNS)];
  return Array.from({ length: POINTS }, (_, at) => (at === 0 ? [0, 0] : end));
}

/**
 * The sum of ranks that at most `share` of the honest texts exceed, and at most `ofSource` of each greater source. The project's own texts do not
 * count: they are written to be mistaken.
 */
export function thresholdOf(
  honest: readonly { readonly source: string; readonly rank: number }[],
  share: number,
  ofSource: number,
): number {
  const bySource = new Map<string, number[]>();
  for (const { source, rank } of honest) bySource.set(source, [...(bySource.get(source) ?? []), rank]);
  const each = [...bySource]
    .filter(([source, ranks]) => ranks.length >= OF_SOURCE && !OWN_TEXTS.test(source) && !QUOTES.test(source))
    .map(([, ranks]) => quantile(ranks, ofSource));
  const ofOthers = honest.filter(({ source }) => !OWN_TEXTS.test(source)).map(({ rank }) => rank);
  return Math.max(quantile(ofOthers, share), ...each);
}

/** What `compress` leaves open. */
export type Calibration = Pick<Head, 'threshold' | 'modelTail' | 'signTail'>;

const FLAT: Tail = Array.from({ length: POINTS }, () => [0, 0]);
export const UNCALIBRATED: Calibration = { threshold: 0, modelTail: FLAT, signTail: FLAT };
