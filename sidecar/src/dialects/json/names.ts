/** Up to here comparing is cheaper than hashing: strings from source code and parser compare by identity. */
const FEW = 24;

/** Names of members that were noted. Nearly always few, made for each object of each frame; a caller can make them many. */
export class Names implements Iterable<string> {
  #few: string[] = [];
  #many: Set<string> | null = null;

  add(name: string): void {
    if (this.#many !== null) this.#many.add(name);
    else if (this.#few.push(name) > FEW) this.#many = new Set(this.#few);
  }

  has(name: string): boolean {
    return this.#many === null ? this.#few.includes(name) : this.#many.has(name);
  }

  [Symbol.iterator](): Iterator<string> {
    return (this.#many ?? this.#few)[Symbol.iterator]();
  }
}
