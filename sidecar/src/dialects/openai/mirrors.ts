import type { Place } from '../json/index.ts';

/** Claims values that repeat text in another form, and returns the pointers of those that are there. */
export function mirrorsOf(place: Place, ...keys: readonly string[]): readonly string[] {
  return keys
    .filter((key) => place.has(key))
    .map((key) => {
      place.skip(key);
      return place.at(key);
    });
}
