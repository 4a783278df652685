import type { ExchangeRow } from '@llm-boundary/webhook/console/api-decisions';

export type DecisionColumn = 'time' | 'verdict' | 'boundary' | 'model';

const STRICTNESS: readonly ExchangeRow['verdict'][] = ['block', 'redact', 'pass', 'allow'];

function keyOf(row: ExchangeRow, column: DecisionColumn): number {
  switch (column) {
    case 'time':
      return -row.startMs;
    case 'verdict':
      return STRICTNESS.indexOf(row.verdict);
    case 'boundary':
      return -(row.boundaryMs ?? -1);
    case 'model':
      return -(row.restMs ?? -1);
    default:
      return column satisfies never;
  }
}

/** A sorted copy: the newest, strictest or slowest first, or last. Equal rows keep their order. */
export function sortedDecisions(
  rows: readonly ExchangeRow[],
  column: DecisionColumn,
  isReversed: boolean,
): readonly ExchangeRow[] {
  const sign = isReversed ? -1 : 1;
  return [...rows].sort((a, b) => sign * (keyOf(a, column) - keyOf(b, column)));
}

/** Unix times, both included. */
export interface Minute {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The last minute before `nowMs` with this time of the day, in the time zone of the browser. Null: the text is none.
 * @param text `14:02`, as an input of the type `time` has it
 */
export function minuteOf(text: string, nowMs: number): Minute | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const begin = new Date(nowMs);
  begin.setHours(Number(hours), Number(minutes), 0, 0);
  // By the calendar: a day has 23 or 25 hours where clocks are changed.
  if (begin.getTime() > nowMs) begin.setDate(begin.getDate() - 1);
  const fromMs = begin.getTime();
  return { fromMs, toMs: fromMs + 59_999 };
}
