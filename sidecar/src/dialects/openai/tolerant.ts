import type { Channel, Origin } from '../../exchange/index.ts';
import { isArray, isObject, type Place } from '../json/index.ts';

/*
 * Members of replies as servers write them. What has another type than the dialect says is no error: nothing is read of it here, and the sweep
 * judges every string in it.
 */

/** The object under `key`. */
export function objectOf(place: Place, key: string): Place | null {
  return isObject(place.get(key)) ? place.object(key) : null;
}

/** The objects of an array, or the one that stands in its place. Strings among them are texts of one run. */
export function partsOf(
  place: Place,
  key: string,
  origin: Origin = 'assistant',
  channel: Channel = 'content',
): readonly Place[] {
  const value = place.get(key);
  return isArray(value) || isObject(value) ? place.parts(key, origin, channel) : [];
}

/** A label of the protocol; null also where it is no string. */
export function labelOf(place: Place, key: string): string | null {
  return typeof place.get(key) === 'string' ? place.label(key) : null;
}

/** A text; of an array or an object, every string. */
export function wordsOf(place: Place, key: string, origin: Origin, channel: Channel, run?: string): void {
  const value = place.get(key);
  if (typeof value === 'string' || typeof value === 'number') place.text(key, origin, channel, run);
  else if (isArray(value) || isObject(value)) place.leaves(key, origin, channel);
}

/** A whole number that is not negative; null also where it is anything else. */
export function countOf(place: Place, key: string): number | null {
  const value = place.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
