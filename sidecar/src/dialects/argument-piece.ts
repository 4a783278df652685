import { isArray, isObject, type Place } from './json/index.ts';

/** A piece of the arguments of a call. */
export interface ArgumentPiece {
  readonly text: string;
  /** Of the string that holds it; null where servers write the arguments themselves in place of their text: what they say is then collected. */
  readonly pointer: string | null;
}

/** The piece at `key` of an event. Absent is empty. */
export function argumentPiece(event: Place, key: string): ArgumentPiece {
  const value = event.get(key);
  if (isArray(value) || isObject(value))
    return { text: event.argumentObject(key, 'assistant'), pointer: null };
  return { text: event.piece(key) ?? '', pointer: event.at(key) };
}
