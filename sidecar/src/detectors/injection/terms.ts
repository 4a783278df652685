/**
 * A table from the keys of words and runs of words to non-zero payloads. Most lookups miss: a bit per key in a table that fits in the L1
 * cache answers those. Key and payload are adjacent, so that a hit costs one cache line.
 */
export class TermTable {
  readonly #filter = new Int32Array(FILTER_BITS / 32);
  readonly #cells: Int32Array;
  readonly #mask: number;

  /** Empty, with room for so many keys. */
  constructor(keys: number) {
    let size = 16;
    while (size * MAX_LOAD < keys) size *= 2;
    this.#mask = size - 1;
    this.#cells = new Int32Array(size * 2);
  }

  /** The payload of the key, or 0. */
  find(key: number): number {
    const bit = key >>> FILTER_SHIFT;
    if ((((this.#filter[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return 0;
    let slot = key & this.#mask;
    for (;;) {
      const payload = this.#cells[slot * 2 + 1] ?? 0;
      if (payload === 0 || this.#cells[slot * 2] === key) return payload;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** A key of 32 bits, signed. The payload takes the place of one that the key has already. */
  set(key: number, payload: number): void {
    const bit = key >>> FILTER_SHIFT;
    this.#filter[bit >>> 5] = (this.#filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
    let slot = key & this.#mask;
    while (this.#cells[slot * 2 + 1] !== 0 && this.#cells[slot * 2] !== key) slot = (slot + 1) & this.#mask;
    this.#cells[slot * 2] = key;
    this.#cells[slot * 2 + 1] = payload;
  }
}

const MAX_LOAD = 0.7;
const FILTER_BITS = 1 << 19;
const FILTER_SHIFT = 32 - 19;
