/** What every name beyond the limit, and every name that is not plain, is counted as. */
const OTHER = 'other';
/** What no name at all is counted as. */
export const NONE = 'none';

const plain = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/;

/**
 * Keeps the number of values of a label finite although outsiders choose them: the first `limit` distinct plain names are kept for the
 * life of the process. A caller can use the places up with invented names; then new ones are `other`, and nothing else happens.
 */
export class BoundedNames {
  readonly #limit: number;
  readonly #known = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(name: string | null): string {
    if (name === null) return NONE;
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#limit || !plain.test(name)) return OTHER;
    this.#known.add(name);
    return name;
  }
}
