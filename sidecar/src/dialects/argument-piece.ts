import { isArray, isObject, type Place } from './json/index.ts';

/** A piece of the arguments of a call. */
export interface ArgumentPiece {
  readonly text: string;
  /**
   * Pointer of the string with the piece; null if the server writes the arguments as JSON instead of text: their strings are then
   * collected.
   */
  readonly pointer: string | null;
}

/** The piece at `key` of an event. Absent: empty. */
export function argumentPiece(event: Place, key: string): ArgumentPiece {
  const value = event.get(key);
  if (isArray(value) || isObject(value))
    return { text: event.argumentObject(key, 'assistant'), pointer: null };
  return { text: event.piece(key) ?? '', pointer: event.at(key) };
}
