/**
 * A table from the keys of words and runs of words to numbers from 1 on. Nearly every key that is looked up is not in it: a bit per key in
 * a table that fits in the nearest cache answers those.
 */
export class TermTable {
  readonly #filter = new Int32Array(FILTER_BITS / 32);
  readonly #keys: Int32Array;
  readonly #values: Int32Array;
  readonly #mask: number;

  constructor(keys: readonly number[]) {
    const size = 1 << (32 - Math.clz32(Math.max(16, keys.length * 2)));
    this.#mask = size - 1;
    this.#keys = new Int32Array(size);
    this.#values = new Int32Array(size);
    keys.forEach((key, index) => this.#insert(key | 0, index + 1));
  }

  /** The number of the key, or 0. */
  find(key: number): number {
    const bit = key >>> FILTER_SHIFT;
    if ((((this.#filter[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return 0;
    let slot = key & this.#mask;
    for (;;) {
      const value = this.#values[slot] ?? 0;
      if (value === 0 || this.#keys[slot] === key) return value;
      slot = (slot + 1) & this.#mask;
    }
  }

  #insert(key: number, value: number): void {
    const bit = key >>> FILTER_SHIFT;
    this.#filter[bit >>> 5] = (this.#filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
    let slot = key & this.#mask;
    while (this.#values[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#keys[slot] = key;
    this.#values[slot] = value;
  }
}

const FILTER_BITS = 1 << 19;
const FILTER_SHIFT = 32 - 19;
