import { isDecision, type Line } from '../record/schema.ts';
import { isDeciding, tableOf, type Table } from './name-table.ts';

/** A policy, by what it says: two documents of one name are two rows. */
export interface PolicyRow {
  readonly name: string;
  /** Of the document. */
  readonly sha256: string;
  /** The first line that names it, also one before the time that is asked for. RFC 3339. */
  readonly since: string;
  readonly lastTime: string;
  readonly decisions: number;
  readonly refused: number;
}

/** Every change of a policy is a row; whoever forges lines may write more. */
const MAX_POLICIES = 10_000;

type Counts = { -readonly [Key in keyof PolicyRow]: PolicyRow[Key] };

/** Which policies were in force, by what the lines name. */
export class PolicyTable {
  /** `lastTime` is empty where no line within the time names it: it was replaced before, or came after. */
  readonly #rows = new Map<string, Counts>();
  #isCut = false;

  add(line: Line, isWithin: boolean): void {
    const named = policyOf(line);
    if (named === null) return;
    const row = this.#of(named.policy, named.time);
    if (row === null) return;
    if (named.time < row.since) row.since = named.time;
    if (!isWithin) return;
    if (named.time > row.lastTime) row.lastTime = named.time;
    if (!isDecision(line)) return;
    if (isDeciding(line)) row.decisions += 1;
    if (line.verdict === 'block') row.refused += 1;
  }

  get table(): Table<PolicyRow> {
    return tableOf(
      [...this.#rows.values()].filter(({ lastTime }) => lastTime !== ''),
      ({ decisions }) => decisions,
      ({ name, sha256 }) => `${name} ${sha256}`,
      this.#isCut,
    );
  }

  /** Null: there are too many. */
  #of({ name, sha256 }: Pick<PolicyRow, 'name' | 'sha256'>, time: string): Counts | null {
    const key = `${sha256} ${name}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (this.#rows.size >= MAX_POLICIES) {
      this.#isCut = true;
      return null;
    }
    const made = { name, sha256, since: time, lastTime: '', decisions: 0, refused: 0 };
    this.#rows.set(key, made);
    return made;
  }
}

function policyOf(
  line: Line,
): { readonly policy: Pick<PolicyRow, 'name' | 'sha256'>; readonly time: string } | null {
  if (line.kind !== 'genesis' && line.kind !== 'policy' && !isDecision(line)) return null;
  return line.policy === null ? null : { policy: line.policy, time: line.time };
}
