import { isDecision, type Line } from '../record/schema.ts';
import { isDeciding } from './name-table.ts';
import { Rows, type Table } from './rows.ts';

/** A policy by content: two documents of one name are two rows. */
export interface PolicyRow {
  readonly name: string;
  /** Hash of the document. */
  readonly sha256: string;
  /** Time of the first line with it, even before the range. RFC 3339. */
  readonly since: string;
  readonly lastTime: string;
  readonly decisions: number;
  readonly refused: number;
}

type Counts = { -readonly [Key in keyof PolicyRow]: PolicyRow[Key] };

/** The policies in force, from the lines. */
export class PolicyTable {
  /** `lastTime` is empty if no line within the range has it: it was replaced before, or came after. */
  readonly #rows = new Rows<Counts>();

  add(line: Line, isWithin: boolean): void {
    const named = policyOf(line);
    if (named === null) return;
    const { name, sha256 } = named.policy;
    const row = this.#rows.of(`${sha256} ${name}`, () => ({
      name,
      sha256,
      since: named.time,
      lastTime: '',
      decisions: 0,
      refused: 0,
    }));
    if (row === null) return;
    if (named.time < row.since) row.since = named.time;
    if (!isWithin) return;
    if (named.time > row.lastTime) row.lastTime = named.time;
    if (!isDecision(line)) return;
    if (isDeciding(line)) row.decisions += 1;
    if (line.verdict === 'block') row.refused += 1;
  }

  get table(): Table<PolicyRow> {
    return this.#rows.table(
      { weight: ({ decisions }) => decisions, name: ({ name, sha256 }) => `${name} ${sha256}` },
      ({ lastTime }) => lastTime !== '',
    );
  }
}

function policyOf(
  line: Line,
): { readonly policy: Pick<PolicyRow, 'name' | 'sha256'>; readonly time: string } | null {
  if (line.kind !== 'genesis' && line.kind !== 'policy' && !isDecision(line)) return null;
  return line.policy === null ? null : { policy: line.policy, time: line.time };
}
