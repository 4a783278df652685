/** A table of a report: the rows with the most decisions, and the number of others. */
export interface Table<Row> {
  readonly rows: readonly Row[];
  /** Distinct names without a row, as far as counted. */
  readonly omitted: number;
  /** The limit of distinct names was exceeded; further ones are in no row. */
  readonly isCut: boolean;
}

/** Row limit; a caller can invent any number of names. */
const MAX_ROWS = 100;
/** Limit of rows while reading, for forged lines. */
const MAX_KEYS = 10_000;

/** Sort order of the rows of a table. */
export interface Order<Row> {
  readonly weight: (row: Row) => number;
  readonly name: (row: Row) => string;
}

/** Rows by key, in bounded memory. */
export class Rows<Row> {
  readonly #rows = new Map<string, Row>();
  #isCut = false;

  /** The row of the key, created if new. Null: there are too many. */
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
