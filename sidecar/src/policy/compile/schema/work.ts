/** Parts of a schema that one value may be compared with, and characters, in units of 64. Longer work is as good as no match. */
const MAX_STEPS = 100_000;
/** How deep a comparison may go: a schema can refer to itself. */
const MAX_DEPTH = 256;

/** The schema and the value are too large together. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** Bounds the comparison of one value with a schema, whatever both are. */
export class Work {
  #left = MAX_STEPS;
  #depth = 0;

  /** `characters`: how much text is compared. @throws TooMuchWork */
  spend(characters = 0): void {
    this.#left -= 1 + characters / 64;
    if (this.#left < 0) throw new TooMuchWork('too many steps');
  }

  /** @throws TooMuchWork */
  below<T>(compare: () => T): T {
    if (this.#depth >= MAX_DEPTH) throw new TooMuchWork('too deep');
    this.#depth += 1;
    const result = compare();
    this.#depth -= 1;
    return result;
  }
}
