import type { Print } from './print-memory.ts';

/** Of one request, until it is judged; 512 KiB. */
const MAX_CANDIDATES = 32_768;
const MEMBERS = 4;

/** A passage that memory may learn, once the request is judged. */
export interface Candidate extends Print {
  /** Of the text that has it. */
  readonly index: number;
  readonly kind: number;
}

/** Candidates in order. Bounded: the newest stay. */
export class Candidates {
  #values = new Uint32Array(64 * MEMBERS);
  #count = 0;

  add({ high, low }: Print, index: number, kind: number): void {
    const at = (this.#count % MAX_CANDIDATES) * MEMBERS;
    if (at === this.#values.length) this.#grow();
    this.#values.set([high, low, index, kind], at);
    this.#count += 1;
  }

  *all(): Generator<Candidate> {
    for (let each = Math.max(0, this.#count - MAX_CANDIDATES); each < this.#count; each++) {
      const at = (each % MAX_CANDIDATES) * MEMBERS;
      const [high = 0, low = 0, index = 0, kind = 0] = this.#values.subarray(at, at + MEMBERS);
      yield { high, low, index, kind };
    }
  }

  #grow(): void {
    const before = this.#values;
    this.#values = new Uint32Array(before.length * 2);
    this.#values.set(before);
  }
}
