/** Label value for names beyond the limit and for names that are not plain. */
const OTHER = 'other';
/** Label value for a missing name. */
export const NONE = 'none';

const plain = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/;

/**
 * Bounds the values of a label that outsiders choose: the first `limit` distinct plain names are kept for the life of the process. A caller
 * can exhaust them with invented names; new names are then `other`.
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
