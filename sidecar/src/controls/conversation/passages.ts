import { eachWord, type Word } from '../../detectors/index.ts';
import type { Print } from './print-memory.ts';

/** Words of a passage: shorter sequences are common phrases. */
export const PASSAGE = 8;

/** Makes prints of one scope differ from those of others, and unknown outside of this process. */
export interface PrintKey {
  readonly words: number;
  readonly high: number;
  readonly low: number;
}

/** The words of a text, one after the other: a text of megabytes has no array of them. */
export function wordsIn(text: string, { words }: PrintKey): Iterable<Word> {
  return eachWord(text, words);
}

const FACTOR = 0x2c1b3c6d;
/** What the word that leaves a window was multiplied by. */
const LEAVING = power(PASSAGE - 1);

function power(exponent: number): number {
  let product = 1;
  for (let count = 0; count < exponent; count++) product = Math.imul(product, FACTOR);
  return product;
}

/** The last eight words of a sequence, as a passage. Constant time for a word, 64 bytes. */
export class PassageWindow {
  readonly key: PrintKey;
  /** Of the words, mixed. */
  readonly #highs = new Uint32Array(PASSAGE);
  readonly #lows = new Uint32Array(PASSAGE);
  #count = 0;
  #high = 0;
  #low = 0;

  constructor(key: PrintKey) {
    this.key = key;
  }

  copy(): PassageWindow {
    const copy = new PassageWindow(this.key);
    copy.#highs.set(this.#highs);
    copy.#lows.set(this.#lows);
    [copy.#count, copy.#high, copy.#low] = [this.#count, this.#high, this.#low];
    return copy;
  }

  /** True if there are eight words. */
  get isFull(): boolean {
    return this.#count >= PASSAGE;
  }

  /** As `isFull`, after another word. */
  push(word: number): boolean {
    const at = this.#count % PASSAGE;
    const [high, low] = [mix(word, this.key.high), mix(word, this.key.low)];
    this.#high = (Math.imul(this.#high - Math.imul(this.#highs[at] ?? 0, LEAVING), FACTOR) + high) | 0;
    this.#low = (Math.imul(this.#low - Math.imul(this.#lows[at] ?? 0, LEAVING), FACTOR) + low) | 0;
    this.#highs[at] = high;
    this.#lows[at] = low;
    this.#count += 1;
    return this.isFull;
  }

  get passage(): Print {
    return { high: mix(this.#high, this.key.high), low: mix(this.#low, this.key.low) };
  }
}

/** One passage of eight, chosen by its words: the same ones wherever the text stands. */
export function isSampled({ high }: Print): boolean {
  return high % 8 === 0;
}

function mix(value: number, key: number): number {
  let hash = Math.imul(value ^ key, 0x297a2d39);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d) + key;
  return (hash ^ (hash >>> 13)) >>> 0;
}
