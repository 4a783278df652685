import type { WorkloadRow } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { ConditionStates, Verdict } from '../parts/conditions.tsx';
import { Mark, toneOfAnchor, type Tone } from '../parts/mark.tsx';
import { Table, type ColumnOf } from '../parts/table.tsx';
import { reasonText } from '../text/conditions.ts';
import type { Column } from '../text/fleet.ts';
import { path } from '../text/route.ts';

const BOUNDARY_TONES: Readonly<Record<WorkloadRow['boundary'], Tone>> = {
  yes: 'good',
  partly: 'warn',
  missing: 'bad',
  no: 'quiet',
};

function boundaryText({ boundary, pods }: WorkloadRow): string {
  switch (boundary) {
    case 'yes':
      return pods.all === 1 ? 'yes' : `yes, ${pods.guarded} pods`;
    case 'partly':
      return `${pods.guarded} of ${pods.all} pods`;
    case 'missing':
      return 'missing';
    case 'no':
      return 'no';
    default:
      return boundary satisfies never;
  }
}

/** Rows of the fleet; a click on a head sorts. */
export function FleetTable({
  rows,
  order,
  onOrder,
}: {
  readonly rows: readonly WorkloadRow[];
  readonly order: { readonly column: Column; readonly isDescending: boolean };
  readonly onOrder: (column: Column) => void;
}): JSX.Element {
  const by = (column: Column): Pick<ColumnOf<WorkloadRow>, 'onSort' | 'sort'> => ({
    onSort: () => onOrder(column),
    sort: order.column === column ? (order.isDescending ? 'descending' : 'ascending') : undefined,
  });
  const columns: readonly ColumnOf<WorkloadRow>[] = [
    {
      head: 'Workload',
      ...by('name'),
      cell: (row) => (
        <>
          <a href={`#/workload/${path(row.namespace, row.kind, row.name)}`}>{row.name}</a>
          <span class="below">
            {row.namespace} · {row.kind}
          </span>
        </>
      ),
    },
    {
      head: 'Boundary',
      ...by('boundary'),
      cell: (row) => (
        <>
          <Mark tone={BOUNDARY_TONES[row.boundary]}>{boundaryText(row)}</Mark>
          <span class="below">
            {row.capture.join(', ')}
            {row.open.length === 0 ? '' : `, open: ${row.open.join(', ')}`}
          </span>
        </>
      ),
    },
    {
      head: 'Policy',
      ...by('policy'),
      cell: (row) =>
        row.policy === null ? (
          <span class="none">none</span>
        ) : (
          <>
            <a href={`#/policy/${path(row.namespace, row.policy.name)}`}>{row.policy.name}</a>
            {row.policy.problem === null ? null : <Mark tone="bad">{row.policy.problem}</Mark>}
            {row.gaps.length === 0 ? null : <span class="below">open: {row.gaps.join(', ')}</span>}
          </>
        ),
    },
    {
      head: 'Mode',
      ...by('mode'),
      cell: (row) =>
        row.mode === null ? (
          <span class="none">–</span>
        ) : (
          <Mark tone={row.mode === 'enforce' ? 'plain' : 'warn'}>{row.mode}</Mark>
        ),
    },
    {
      head: 'LLM boundary',
      ...by('verdict'),
      cell: (row) => (
        <>
          <Verdict cell={row.conditions} />
          <span class="below">{row.conditions.reasons.map(reasonText).join(', ')}</span>
        </>
      ),
    },
    { head: 'Conditions', cell: (row) => <ConditionStates states={row.conditions.states} /> },
    {
      head: 'Record',
      ...by('anchor'),
      cell: (row) => <Mark tone={toneOfAnchor(row.anchor)}>{row.anchor === 'none' ? '–' : row.anchor}</Mark>,
    },
    {
      head: 'Version',
      ...by('version'),
      cell: (row) => <span class="code">{row.versions.join(', ') || '–'}</span>,
    },
  ];
  return (
    <Table
      caption="LLM workloads, those that need attention first"
      columns={columns}
      rows={rows}
      keyOf={(row) => `${row.namespace}/${row.kind}/${row.name}`}
    />
  );
}
