/** Up to this number comparing is cheaper than hashing: strings from source code and parser compare by identity. */
const FEW = 24;

/** A set of member names. Usually small, created for each object of each frame; a caller can make it large. */
export class Names {
  #few: string[] = [];
  #many: Set<string> | null = null;

  add(name: string): void {
    if (this.#many !== null) this.#many.add(name);
    else if (this.#few.push(name) > FEW) this.#many = new Set(this.#few);
  }

  has(name: string): boolean {
    return this.#many === null ? this.#few.includes(name) : this.#many.has(name);
  }

  /**
   * The name that differs from `name` in case only, as Go's encoding/json compares (it folds `ſ` and the Kelvin sign too); null if none.
   */
  variantOf(name: string): string | null {
    const folded = foldCase(name);
    for (const each of this.#many ?? this.#few)
      if (each.length === name.length && foldCase(each) === folded) return each;
    return null;
  }
}

function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}
