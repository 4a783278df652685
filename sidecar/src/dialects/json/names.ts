/** Up to this number comparing is cheaper than hashing: strings from source code and parser compare by identity. */
const FEW = 24;

/** A set of member names. Usually small, created for each object of each frame; a caller can make it large. */
export class Names {
  #few: string[] = [];
  #many: Set<string> | null = null;

  add(name: string): void {
    if (this.#many !== null) this.#many.add(name);
    else if (!this.#few.includes(name) && this.#few.push(name) > FEW) this.#many = new Set(this.#few);
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

/** Names that a dialect asks of every object of a kind: many, of which an object has few. */
export class KnownNames<K extends string = string> {
  readonly #names: readonly K[];
  readonly #all: ReadonlySet<string>;
  readonly #folded: ReadonlyMap<string, string>;

  constructor(names: readonly K[]) {
    this.#names = names;
    this.#all = new Set(names);
    this.#folded = new Map(names.toReversed().map((name) => [foldCase(name), name]));
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  /** Those that the object has, in their order here. */
  of(value: object): readonly K[] {
    return Object.keys(value).some((key) => this.#all.has(key))
      ? this.#names.filter((name) => Object.hasOwn(value, name))
      : [];
  }

  /** As in `Names`. */
  variantOf(name: string): string | null {
    const variant = this.#folded.get(foldCase(name));
    return variant?.length === name.length ? variant : null;
  }
}

function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}
