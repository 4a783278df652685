import type { Channel, Origin } from '../../exchange/index.ts';
import { isArray, isObject, type Place } from '../json/index.ts';

/**
 * Lenient readers for members of replies. A value of an unexpected type is not an error: nothing is read of it here, and the sweep judges
 * every string in it.
 */

/** The object under `key`. */
export function objectOf(place: Place, key: string): Place | null {
  return isObject(place.get(key)) ? place.object(key) : null;
}

/** The objects of an array, or a single object in its place. Strings among them are texts of one run. */
export function partsOf(
  place: Place,
  key: string,
  origin: Origin = 'assistant',
  channel: Channel = 'content',
): readonly Place[] {
  const value = place.get(key);
  return isArray(value) || isObject(value) ? place.parts(key, origin, channel) : [];
}

/** A label of the protocol; null also if it is not a string. */
export function labelOf(place: Place, key: string): string | null {
  return typeof place.get(key) === 'string' ? place.label(key) : null;
}

/** A text; for an array or an object, every string. */
export function wordsOf(place: Place, key: string, origin: Origin, channel: Channel, run?: string): void {
  const value = place.get(key);
  if (typeof value === 'string' || typeof value === 'number') place.text(key, origin, channel, run);
  else if (isArray(value) || isObject(value)) place.leaves(key, origin, channel);
}

/** A non-negative integer; null also for anything else. */
export function countOf(place: Place, key: string): number | null {
  const value = place.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
