import type { WorkloadRow } from '@llm-boundary/webhook/console/api';

import { urgency, verdictText } from './conditions.ts';

export const COLUMNS = [
  'urgency',
  'name',
  'boundary',
  'policy',
  'mode',
  'verdict',
  'anchor',
  'version',
] as const;
export type Column = (typeof COLUMNS)[number];

/** Groups of the summary above the table; a workload may be in several. */
export const GROUPS = ['all', 'unguarded', 'needed', 'suffices', 'unknown', 'attention'] as const;
export type Group = (typeof GROUPS)[number];

export function isIn(group: Group, row: WorkloadRow): boolean {
  switch (group) {
    case 'all':
      return true;
    case 'unguarded':
      return row.conditions.verdict === 'needed' && row.boundary !== 'yes';
    case 'needed':
      return row.conditions.verdict === 'needed';
    case 'suffices':
      return row.conditions.verdict === 'suffices';
    case 'unknown':
      return row.conditions.verdict === 'unknown';
    case 'attention':
      return row.boundary === 'missing' || row.anchor === 'silent' || (row.policy?.problem ?? null) !== null;
    default:
      return group satisfies never;
  }
}

/** Every word of the query occurs in what the row shows. */
export function matches(row: WorkloadRow, query: string): boolean {
  const shown = [
    row.namespace,
    row.kind,
    row.name,
    row.boundary,
    row.mode ?? '',
    row.policy?.name ?? '',
    verdictText(row.conditions),
    row.anchor,
    ...row.capture,
    ...row.versions,
    ...row.conditions.reasons,
    ...row.gaps,
  ]
    .join(' ')
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => shown.includes(word));
}

function keyOf(row: WorkloadRow, column: Column): string | number {
  switch (column) {
    case 'urgency':
      return urgency(row);
    case 'name':
      return `${row.namespace}/${row.name}`;
    case 'boundary':
      return ['missing', 'partly', 'no', 'yes'].indexOf(row.boundary);
    case 'policy':
      return row.policy?.name ?? '\u{10ffff}';
    case 'mode':
      return row.mode ?? '\u{10ffff}';
    case 'verdict':
      return ['needed', 'unknown', 'suffices'].indexOf(row.conditions.verdict);
    case 'anchor':
      return ['silent', 'unknown', 'none', 'anchored'].indexOf(row.anchor);
    case 'version':
      return row.versions.join(' ') || '\u{10ffff}';
    default:
      return column satisfies never;
  }
}

/** A sorted copy; equal rows keep the order of the answer. */
export function sorted(
  rows: readonly WorkloadRow[],
  column: Column,
  isDescending: boolean,
): readonly WorkloadRow[] {
  const sign = isDescending ? -1 : 1;
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return rows
    .map((row) => ({ row, key: keyOf(row, column) }))
    .sort((a, b) =>
      typeof a.key === 'number' && typeof b.key === 'number'
        ? sign * (a.key - b.key)
        : sign * compare(String(a.key), String(b.key)),
    )
    .map(({ row }) => row);
}
