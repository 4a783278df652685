import type { DecisionLine } from '../record/schema.ts';
import { Rows, type Table } from './rows.ts';

type Hit = DecisionLine['hits'][number];

/** Number of decisions by a rule, or that it would have made in mode `observe`. */
export interface RuleRow {
  /** Null: no policy rule decided, see the code: an unreadable body, a limit, a failed server. */
  readonly rule: string | null;
  readonly control: Hit['control'] | null;
  readonly action: Hit['action'];
  readonly code: string;
  /** Decisions. */
  readonly count: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

type Counts = { -readonly [Key in keyof RuleRow]: RuleRow[Key] };

/** Counts decisions by the rules that made them. */
export class RuleTable {
  readonly #rows = new Rows<Counts>();

  /** A rule that hit several times in one decision counts once. */
  addHits(hits: readonly Hit[], time: string): void {
    const rows = new Map<string, Omit<RuleRow, 'count' | 'firstTime' | 'lastTime'>>();
    for (const { rule, control, action, code } of hits)
      rows.set(JSON.stringify([rule, control, action, code]), { rule, control, action, code });
    for (const [key, row] of rows) this.#add(key, row, time);
  }

  /** Adds a refusal without a rule. */
  addCode(code: string, time: string): void {
    this.#add(JSON.stringify([code]), { rule: null, control: null, action: 'block', code }, time);
  }

  get table(): Table<RuleRow> {
    return this.#rows.table({
      weight: ({ count }) => count,
      name: ({ rule, code, action }) => `${rule ?? ''} ${code} ${action}`,
    });
  }

  #add(key: string, row: Omit<RuleRow, 'count' | 'firstTime' | 'lastTime'>, time: string): void {
    const counts = this.#rows.of(key, () => ({ ...row, count: 0, firstTime: time, lastTime: time }));
    if (counts === null) return;
    counts.count += 1;
    if (time < counts.firstTime) counts.firstTime = time;
    if (time > counts.lastTime) counts.lastTime = time;
  }
}
