import { fold } from '../../src/detectors/normalise/index.ts';
import { Reader } from '../../src/detectors/injection/reader.ts';

/** The keys of a text, four for each word: word, beginning, pair, triple. */
export function keysOf(text: string): Int32Array {
  const keys: number[] = [];
  const reader = new Reader({
    word: (full, stem, pair, triple) => keys.push(full, stem, pair, triple),
    sentence: () => undefined,
  });
  reader.read(fold(text));
  return Int32Array.from(keys);
}

export const KEYS_PER_WORD = 4;
