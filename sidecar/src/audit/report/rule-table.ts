import type { DecisionLine } from '../record/schema.ts';
import { tableOf, type Table } from './name-table.ts';

type Hit = DecisionLine['hits'][number];

/** How often a rule decided, or in mode `observe` would have. */
export interface RuleRow {
  /** Null: no rule of a policy did, the code says why: a body that cannot be read, a limit, a server that failed. */
  readonly rule: string | null;
  readonly control: Hit['control'] | null;
  readonly action: Hit['action'];
  readonly code: string;
  /** Decisions. */
  readonly count: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

/** Rules are names of a policy, so a few hundred are many; whoever forges lines may write more. */
const MAX_RULES = 10_000;

type Counts = { -readonly [Key in keyof RuleRow]: RuleRow[Key] };

/** Counts decisions by the rules that made them. */
export class RuleTable {
  readonly #rows = new Map<string, Counts>();
  #isCut = false;

  /** A rule that hit several times in one decision counts once. */
  addHits(hits: readonly Hit[], time: string): void {
    const rows = new Map<string, Omit<RuleRow, 'count' | 'firstTime' | 'lastTime'>>();
    for (const { rule, control, action, code } of hits)
      rows.set(JSON.stringify([rule, control, action, code]), { rule, control, action, code });
    for (const [key, row] of rows) this.#add(key, row, time);
  }

  /** A refusal that no rule made. */
  addCode(code: string, time: string): void {
    this.#add(JSON.stringify([code]), { rule: null, control: null, action: 'block', code }, time);
  }

  get table(): Table<RuleRow> {
    return tableOf(
      [...this.#rows.values()],
      ({ count }) => count,
      ({ rule, code, action }) => `${rule ?? ''} ${code} ${action}`,
      this.#isCut,
    );
  }

  #add(key: string, row: Omit<RuleRow, 'count' | 'firstTime' | 'lastTime'>, time: string): void {
    const known = this.#rows.get(key);
    if (known === undefined) {
      if (this.#rows.size >= MAX_RULES) this.#isCut = true;
      else this.#rows.set(key, { ...row, count: 1, firstTime: time, lastTime: time });
      return;
    }
    known.count += 1;
    if (time < known.firstTime) known.firstTime = time;
    if (time > known.lastTime) known.lastTime = time;
  }
}
