import { ruleMeaning } from '@llm-boundary/sidecar/lab';

import type { ObservedRule, OutcomeBucket, Use } from './api.ts';
import type { ExchangeRow } from './api-decisions.ts';
import type { RecentOf } from './recent-answer.ts';

const WIDTHS_MS = [1_000, 10_000, 60_000, 300_000, 900_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000];
const BUCKETS = 60;
const MAX_CALLERS = 8;
const MAX_USES = 200;

/** As `Map.groupBy`, which Node 20 has not. */
function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Equal widths without gaps, oldest first, at most 61. */
export function outcomesOf(rows: readonly ExchangeRow[]): readonly OutcomeBucket[] {
  const starts = rows.map(({ startMs }) => startMs);
  const [first, last] = [
    starts.reduce((a, b) => Math.min(a, b), Infinity),
    starts.reduce((a, b) => Math.max(a, b), 0),
  ];
  if (starts.length === 0) return [];
  const span = last - first;
  const widthMs = WIDTHS_MS.find((width) => span / width < BUCKETS) ?? Math.ceil(span / BUCKETS);
  const fromMs = Math.floor(first / widthMs) * widthMs;
  const groups = groupBy(rows, ({ startMs }) => Math.floor((startMs - fromMs) / widthMs));
  return Array.from({ length: Math.floor((last - fromMs) / widthMs) + 1 }, (_, index) => {
    const inside = groups.get(index) ?? [];
    const count = (verdict: ExchangeRow['verdict']): number =>
      inside.filter((row) => row.verdict === verdict).length;
    return {
      startMs: fromMs + index * widthMs,
      widthMs,
      allowed: count('allow'),
      redacted: count('redact'),
      blocked: count('block'),
      passed: count('pass'),
      observed: inside.filter(({ observed }) => observed).length,
      boundaryMs: median(inside.map(({ boundaryMs }) => boundaryMs)),
      restMs: median(inside.map(({ restMs }) => restMs)),
    };
  });
}

/** Who used what: tools, hosts or models, by `names` of an exchange. */
export function usesOf(
  rows: readonly ExchangeRow[],
  names: (row: ExchangeRow) => readonly string[],
): readonly Use[] {
  const pairs = rows.flatMap((row) => names(row).map((name) => ({ name, row })));
  return [...groupBy(pairs, ({ name }) => name)]
    .map(([name, used]): Use => {
      const of = used.map(({ row }) => row);
      const callers = [...new Set(of.flatMap(({ caller }) => (caller === null ? [] : [caller])))];
      return {
        name,
        exchanges: of.length,
        blocked: of.filter(({ verdict }) => verdict === 'block').length,
        callers: callers.slice(0, MAX_CALLERS),
        moreCallers: Math.max(0, callers.length - MAX_CALLERS),
        anonymous: of.filter(({ caller }) => caller === null).length,
        tainted: of.filter(({ tainted }) => tainted === true).length,
        lastMs: Math.max(...of.map(({ startMs }) => startMs)),
      };
    })
    .sort((a, b) => b.exchanges - a.exchanges || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_USES);
}

/** What rules in `observe` would have done; each exchange counts once for a rule. */
export function observedOf(answers: readonly RecentOf[]): readonly ObservedRule[] {
  const found = new Map<string, { rule: ObservedRule; ids: Set<string> }>();
  for (const { recent } of answers)
    for (const { id, steps, startMs } of recent?.exchanges ?? [])
      for (const { control, rule, action, mode, code } of steps.flatMap(({ hits }) => hits)) {
        if (mode !== 'observe') continue;
        const key = JSON.stringify([control, rule, action]);
        const known = found.get(key) ?? {
          rule: {
            control,
            rule,
            action,
            meaning: ruleMeaning({ rule, code }).meaning,
            exchanges: 0,
            lastMs: 0,
          },
          ids: new Set(),
        };
        known.ids.add(id);
        const lastMs = Math.max(known.rule.lastMs, startMs);
        known.rule = { ...known.rule, exchanges: known.ids.size, lastMs };
        found.set(key, known);
      }
  return [...found.values()].map(({ rule }) => rule).sort((a, b) => b.exchanges - a.exchanges);
}
