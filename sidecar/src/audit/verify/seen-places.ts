/** Positions per word. */
const BITS = 32;
/** Positions per page. */
const PAGE = 4_096;

/** The positions already seen in each log, since copies may repeat a line. One bit per line, at most one page for an isolated one. */
export class SeenPlaces {
  readonly #logs = new Map<string, Map<number, Uint32Array>>();

  /** True at the first occurrence. */
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
