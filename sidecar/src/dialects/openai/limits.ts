import type { Place } from '../json/index.ts';

/** The largest of the caps that a request names: which one a server takes is up to it. Null where none is named. */
export function readMaxOutputTokens(root: Place, ...keys: readonly string[]): number | null {
  const caps = keys.map((key) => root.count(key)).filter((cap) => cap !== null);
  return caps.length === 0 ? null : Math.max(...caps);
}

/** Models that would answer instead of `model`, which no list of allowed models would see. @throws Malformed */
export function refuseFallbacks(root: Place): void {
  for (const key of ['models', 'fallbacks']) {
    if (root.has(key)) throw root.malformed(key, 'must be left out: name one model');
  }
}
