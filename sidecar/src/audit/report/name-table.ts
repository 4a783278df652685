import type { DecisionLine } from '../record/schema.ts';
import { Rows, type Table } from './rows.ts';

/** Number of decisions with a name, by result. */
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

type Counts = { -readonly [Key in keyof NameRow]: NameRow[Key] };

/** Counts decisions by the names in them, in bounded memory. */
export class NameTable {
  readonly #rows = new Rows<Counts>();

  add(name: string, line: DecisionLine): void {
    const counts = this.#of(name, line.time);
    if (counts === null) return;
    if (isDeciding(line)) counts.decisions += 1;
    if (line.verdict === 'block') counts.refused += 1;
    if (line.verdict === 'redact') counts.redacted += 1;
    if (line.hits.some(({ mode }) => mode === 'observe')) counts.observed += 1;
  }

  /** Adds a name without a decision. */
  see(name: string, time: string): void {
    this.#of(name, time);
  }

  /** Removes a name. */
  remove(name: string): void {
    this.#rows.remove(name);
  }

  /** Null: there are too many names. */
  #of(name: string, time: string): Counts | null {
    const row = this.#rows.of(name, () => ({
      name,
      decisions: 0,
      refused: 0,
      redacted: 0,
      observed: 0,
      firstTime: time,
      lastTime: time,
    }));
    if (row === null) return null;
    if (time < row.firstTime) row.firstTime = time;
    if (time > row.lastTime) row.lastTime = time;
    return row;
  }

  get table(): Table<NameRow> {
    return this.#rows.table({ weight: ({ decisions }) => decisions, name: ({ name }) => name });
  }
}

/** True for the kinds of decisions: a `close` that refuses counts as a refusal, not as a further decision. */
export function isDeciding({ kind }: DecisionLine): boolean {
  return kind === 'ingress' || kind === 'egress' || kind === 'action';
}
