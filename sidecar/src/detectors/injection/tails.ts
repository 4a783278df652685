/**
 * How rare a value is among honest texts: pairs of a value and −ln of the share of honest texts that reach it, both rising. Between two of
 * them the rank is interpolated, behind the last it goes on as steeply.
 */
export type Tail = readonly (readonly [value: number, rank: number])[];

/** Ranks stop here: one kind of evidence alone says no more than that. */
const MOST = 12;

/** −ln of the share of honest texts with such a value or a higher one: 0 for common values. */
export function rankOf(tail: Tail, value: number): number {
  let [low, below] = tail[0] ?? [0, 0];
  if (value <= low) return below;
  let slope = 0;
  for (const [high, above] of tail) {
    if (high > low) slope = (above - below) / (high - low);
    if (value <= high) break;
    [low, below] = [high, above];
  }
  return Math.min(MOST, below + slope * (value - low));
}
