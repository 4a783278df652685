import type { DecisionLine } from '../record/schema.ts';

/** How often a name stands in decisions, and what became of those. */
export interface NameRow {
  readonly name: string;
  /** Lines that decide: kinds `ingress`, `egress` and `action`. */
  readonly decisions: number;
  readonly refused: number;
  readonly redacted: number;
  /** Decisions in which a rule in mode `observe` would have refused or redacted. */
  readonly observed: number;
  /** RFC 3339. */
  readonly firstTime: string;
  readonly lastTime: string;
}

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
/** Names that are told apart while reading. */
const MAX_NAMES = 10_000;

interface Counts {
  decisions: number;
  refused: number;
  redacted: number;
  observed: number;
  firstTime: string;
  lastTime: string;
}

/** Counts decisions by the names in them, in bounded memory. */
export class NameTable {
  readonly #counts = new Map<string, Counts>();
  #isCut = false;

  add(name: string, line: DecisionLine): void {
    const counts = this.#of(name, line.time);
    if (counts === null) return;
    if (isDeciding(line)) counts.decisions += 1;
    if (line.verdict === 'block') counts.refused += 1;
    if (line.verdict === 'redact') counts.redacted += 1;
    if (line.hits.some(({ mode }) => mode === 'observe')) counts.observed += 1;
  }

  /** Takes note of a name that nothing was decided about. */
  see(name: string, time: string): void {
    this.#of(name, time);
  }

  /** Takes a name out. */
  remove(name: string): void {
    this.#counts.delete(name);
  }

  /** Null: there are too many names. */
  #of(name: string, time: string): Counts | null {
    const known = this.#counts.get(name);
    if (known !== undefined) {
      if (time < known.firstTime) known.firstTime = time;
      if (time > known.lastTime) known.lastTime = time;
      return known;
    }
    if (this.#counts.size >= MAX_NAMES) {
      this.#isCut = true;
      return null;
    }
    const made = { decisions: 0, refused: 0, redacted: 0, observed: 0, firstTime: time, lastTime: time };
    this.#counts.set(name, made);
    return made;
  }

  get table(): Table<NameRow> {
    const rows = [...this.#counts].map(([name, counts]): NameRow => ({ name, ...counts }));
    return tableOf(
      rows,
      ({ decisions }) => decisions,
      ({ name }) => name,
      this.#isCut,
    );
  }
}

/** Of the kinds that decide: a `close` that refuses counts as a refusal, and not as one more decision. */
export function isDeciding({ kind }: DecisionLine): boolean {
  return kind === 'ingress' || kind === 'egress' || kind === 'action';
}

/** The rows with the largest weights; equal ones by name, so that the same record gives the same report. */
export function tableOf<Row>(
  rows: readonly Row[],
  weight: (row: Row) => number,
  name: (row: Row) => string,
  isCut: boolean,
): Table<Row> {
  const sorted = [...rows].sort((a, b) => weight(b) - weight(a) || (name(a) < name(b) ? -1 : 1));
  return { rows: sorted.slice(0, MAX_ROWS), omitted: Math.max(0, rows.length - MAX_ROWS), isCut };
}
