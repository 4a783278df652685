/** A table of a report: the rows with the most decisions, and how many others there are. */
export interface Table<Row> {
  readonly rows: readonly Row[];
  /** Distinct names that have no row, as far as they were told apart. */
  readonly omitted: number;
  /** More names than are told apart came; what they counted for is in no row. */
  readonly isCut: boolean;
}

/** More rows than this nobody reads; a caller can make up as many names as it likes. */
const MAX_ROWS = 100;
/** Rows that are told apart while reading; whoever forges lines may write more. */
const MAX_KEYS = 10_000;

/** How rows of a table are put in order. */
export interface Order<Row> {
  readonly weight: (row: Row) => number;
  readonly name: (row: Row) => string;
}

/** Rows by their keys, in bounded memory. */
export class Rows<Row> {
  readonly #rows = new Map<string, Row>();
  #isCut = false;

  /** The row of the key, made where it is new. Null: there are too many. */
  of(key: string, make: () => Row): Row | null {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (this.#rows.size >= MAX_KEYS) {
      this.#isCut = true;
      return null;
    }
    const made = make();
    this.#rows.set(key, made);
    return made;
  }

  remove(key: string): void {
    this.#rows.delete(key);
  }

  /** The rows with the largest weights; equal ones by name, so that the same record gives the same report. */
  table({ weight, name }: Order<Row>, isRow: (row: Row) => boolean = () => true): Table<Row> {
    const rows = [...this.#rows.values()].filter(isRow);
    const sorted = rows.sort((a, b) => weight(b) - weight(a) || (name(a) < name(b) ? -1 : 1));
    return {
      rows: sorted.slice(0, MAX_ROWS),
      omitted: Math.max(0, rows.length - MAX_ROWS),
      isCut: this.#isCut,
    };
  }
}
