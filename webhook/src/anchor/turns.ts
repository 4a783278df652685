/** Namespaces whose last turn is remembered. */
const MAX_SERVED = 10_000;

/** What waits for a place, by namespace. Namespaces take turns, however much one of them has: the one goes first whose last turn is longest ago. */
export class Turns<T> {
  readonly #waiting = new Map<string, Set<T>>();
  /** Number of the last turn of a namespace, the earliest first. Absent: it had none. */
  readonly #served = new Map<string, number>();
  #turn = 0;

  add(namespace: string, item: T): void {
    const of = this.#waiting.get(namespace);
    if (of === undefined) this.#waiting.set(namespace, new Set([item]));
    else of.add(item);
  }

  /** False: it did not wait. */
  delete(namespace: string, item: T): boolean {
    const of = this.#waiting.get(namespace);
    if (of?.delete(item) !== true) return false;
    if (of.size === 0) this.#waiting.delete(namespace);
    return true;
  }

  /** Takes out what is next: of its namespace, what waits for longest. Null: nothing waits. */
  next(): T | null {
    let [namespace, earliest]: [string | null, number] = [null, Infinity];
    for (const each of this.#waiting.keys()) {
      const last = this.#served.get(each) ?? -1;
      if (last < earliest) [namespace, earliest] = [each, last];
    }
    const [item] = namespace === null ? [] : (this.#waiting.get(namespace) ?? []);
    if (namespace === null || item === undefined) return null;
    this.delete(namespace, item);
    this.#note(namespace);
    return item;
  }

  #note(namespace: string): void {
    this.#served.delete(namespace);
    this.#served.set(namespace, (this.#turn += 1));
    if (this.#served.size <= MAX_SERVED) return;
    for (const oldest of this.#served.keys()) {
      this.#served.delete(oldest);
      return;
    }
  }
}
