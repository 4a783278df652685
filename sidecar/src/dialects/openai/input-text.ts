import { isArray, type Place } from '../json/index.ts';

/** A text or an array of texts under `key`. @throws Malformed on token ids, which no detector can read. */
export function readInput(root: Place, key: string): void {
  const value = root.get(key);
  if (value === null) throw root.malformed(key, 'a string or an array of strings is required');
  if (typeof value === 'string') {
    root.text(key, 'user', 'content');
    return;
  }
  if (isArray(value) && value.some((item) => typeof item !== 'string')) {
    throw root.malformed(key, 'token arrays cannot be inspected; send text');
  }
  root.texts(key, 'user', 'content');
}
