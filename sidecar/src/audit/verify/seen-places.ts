/** Places in one word. */
const BITS = 32;
/** Places in one page of words. */
const PAGE = 4_096;

/** Which places of which logs came already: copies may hold a line twice. A bit for each line, and a page at most for one that lies alone. */
export class SeenPlaces {
  readonly #logs = new Map<string, Map<number, Uint32Array>>();

  /** True at the first time. */
  isNew(origin: string, seq: number): boolean {
    const pages = this.#logs.get(origin) ?? new Map<number, Uint32Array>();
    this.#logs.set(origin, pages);
    const number = Math.floor(seq / PAGE);
    const page = pages.get(number) ?? new Uint32Array(PAGE / BITS);
    pages.set(number, page);
    const word = Math.floor((seq % PAGE) / BITS);
    const bit = (1 << (seq % BITS)) >>> 0;
    const held = page[word] ?? 0;
    page[word] = held | bit;
    return (held & bit) === 0;
  }
}
