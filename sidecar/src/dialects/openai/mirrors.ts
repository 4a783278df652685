import { isArray, type JsonValue, type Place } from '../json/index.ts';

/** Claims values that repeat text in another form, and returns the pointers of those that say anything. */
export function mirrorsOf(place: Place, ...keys: readonly string[]): readonly string[] {
  return keys
    .filter((key) => place.has(key) && !isEmpty(place.get(key)))
    .map((key) => {
      place.skip(key);
      return place.at(key);
    });
}

/** An empty array stays: the official types have no null in its place. */
function isEmpty(value: JsonValue): boolean {
  return isArray(value) && value.length === 0;
}
