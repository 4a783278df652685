/** The place of a value in a roster. Owned by the roster. */
export interface Entry<T> {
  readonly value: T;
  /** False once it was removed. */
  isListed: boolean;
  before: Entry<T> | null;
  after: Entry<T> | null;
}

/**
 * Values that come and go with exchanges, in the order in which they came.
 *
 * Neither a Map nor a Set, nor the listeners of an EventTarget. V8 gives a table that many entries have left a successor, to which the old table
 * points, for iterators; a removed listener points to the next one. Once such an object is in the old generation, what it points to
 * counts as alive until the next full collection, although the object itself is not: so each table and listener kept the next one alive, with
 * the exchanges in it, and nearly every exchange became old. An entry that left this list points to nothing.
 */
export class Roster<T> implements Iterable<T> {
  #first: Entry<T> | null = null;
  #last: Entry<T> | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(value: T): Entry<T> {
    const entry: Entry<T> = { value, isListed: true, before: this.#last, after: null };
    if (this.#last === null) this.#first = entry;
    else this.#last.after = entry;
    this.#last = entry;
    this.#size += 1;
    return entry;
  }

  /** Of an entry of this roster. Nothing happens the second time. */
  remove(entry: Entry<T>): void {
    if (!entry.isListed) return;
    const { before, after } = entry;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    entry.isListed = false;
    entry.before = null;
    entry.after = null;
    this.#size -= 1;
  }

  /** Copy them first where some may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let entry = this.#first; entry !== null; entry = entry.after) yield entry.value;
  }
}
