import { wordsOf } from '../../detectors/index.ts';
import type { Print } from './print-memory.ts';

/** Words of a passage: shorter sequences are common phrases. */
export const PASSAGE = 8;

/** Makes prints of one scope differ from those of others, and unknown outside of this process. */
export interface PrintKey {
  readonly words: number;
  readonly high: number;
  readonly low: number;
}

/** A passage by its print, and as one number for a `Set`. */
export interface Passage extends Print {
  readonly id: number;
}

export function wordsIn(text: string, { words }: PrintKey): readonly number[] {
  return wordsOf(text, words).map(({ hash }) => hash);
}

/** All passages of a sequence of words, in order. Linear. */
export class Passages {
  readonly length: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;

  constructor(words: readonly number[], { high, low }: PrintKey) {
    this.length = Math.max(0, words.length - PASSAGE + 1);
    this.#high = rolled(words, this.length, high);
    this.#low = rolled(words, this.length, low);
  }

  /** The passage that begins with the word `index`. */
  at(index: number): Passage {
    const [high = 0, low = 0] = [this.#high[index], this.#low[index]];
    return { high, low, id: (high & 0x1fffff) * 2 ** 32 + low };
  }

  /** One of eight, chosen by its words, and the first and the last: the same ones wherever the text stands. */
  *sampled(): Generator<Passage> {
    for (let index = 0; index < this.length; index++)
      if (index === 0 || index === this.length - 1 || (this.#high[index] ?? 1) % 8 === 0)
        yield this.at(index);
  }
}

const FACTOR = 0x2c1b3c6d;
/** What the word that leaves a window was multiplied by. */
const LEAVING = power(PASSAGE - 1);

function power(exponent: number): number {
  let product = 1;
  for (let count = 0; count < exponent; count++) product = Math.imul(product, FACTOR);
  return product;
}

/** The hash of each window of `PASSAGE` words, from that of the one before. */
function rolled(words: readonly number[], length: number, key: number): Uint32Array {
  const hashes = new Uint32Array(length);
  if (length === 0) return hashes;
  const mixed = Uint32Array.from(words, (word) => mix(word, key));
  let window = 0;
  for (const [index, word] of mixed.entries()) {
    window = Math.imul(window, FACTOR) + word;
    if (index < PASSAGE - 1) continue;
    const first = index - PASSAGE + 1;
    hashes[first] = mix(window, key);
    window -= Math.imul(mixed[first] ?? 0, LEAVING);
  }
  return hashes;
}

function mix(value: number, key: number): number {
  let hash = Math.imul(value ^ key, 0x297a2d39);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d) + key;
  return (hash ^ (hash >>> 13)) >>> 0;
}
