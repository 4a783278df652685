import type { Segment } from '../../exchange/index.ts';

/** Parts of a body, by pointer. A look-up takes as long as the pointer is deep, however many parts there are. */
export class Places {
  readonly #pointers: ReadonlySet<string>;

  constructor(pointers: Iterable<string>) {
    this.#pointers = new Set(pointers);
  }

  get isEmpty(): boolean {
    return this.#pointers.size === 0;
  }

  /** True if a segment is one of the parts, or within one: below it, or in the JSON of its string. */
  contain({ pointer }: Pick<Segment, 'pointer'>): boolean {
    if (this.isEmpty) return false;
    for (let end = pointer.length; end >= 0; end = borderBefore(pointer, end))
      if (this.#pointers.has(pointer.slice(0, end))) return true;
    return false;
  }
}

/** Offset of the last `/` or `#` before `end`; -1 if there is none. */
function borderBefore(pointer: string, end: number): number {
  return end === 0 ? -1 : Math.max(pointer.lastIndexOf('/', end - 1), pointer.lastIndexOf('#', end - 1));
}
