import type { Place } from '../json/index.ts';
import { isEmptyArray } from './emptiness.ts';

/**
 * Claims values that repeat text in another form, and returns their pointers. An empty array stays unclaimed: null is not valid in its
 * place.
 */
export function mirrorsOf(place: Place, ...keys: readonly string[]): readonly string[] {
  return keys
    .filter((key) => place.has(key) && !isEmptyArray(place.get(key)))
    .map((key) => {
      place.skip(key);
      return place.at(key);
    });
}
