import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';

/**
 * The text to complete or embed under `key`: a text, texts, token IDs, which no detector can read (a medium), or objects with texts and
 * media, which are swept.
 */
export function readInput(root: Place, key: string): void {
  const value = root.get(key);
  if (typeof value === 'string') root.text(key, 'user', 'content');
  else if (isArray(value) && value.every((item) => typeof item === 'string'))
    root.texts(key, 'user', 'content');
  else if (isArray(value) && value.every(isTokens)) root.medium(key, 'opaque');
  else readMixed(root, key, value);
}

/** Objects, or tokens beside texts: their texts are swept. */
function readMixed(root: Place, key: string, value: JsonValue): void {
  if (isObject(value)) root.object(key)?.unknown();
  if (!isArray(value)) return;
  const places = root.parts(key, 'user', 'content');
  for (const place of places) place.unknown();
  if (value.some(isTokens)) root.unknownMember(key, 'opaque');
}

function isTokens(item: JsonValue): boolean {
  return typeof item === 'number' || (isArray(item) && item.every((token) => typeof token === 'number'));
}
