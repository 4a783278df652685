import type { ExchangeRow } from '@llm-boundary/webhook/console/api-decisions';

import { Mark, toneOfOutcome } from '../parts/mark.tsx';
import type { ColumnOf } from '../parts/table.tsx';

/** What stands of each decision, in the list of a workload as in that of the fleet. */
export const VERDICT: ColumnOf<ExchangeRow> = {
  head: 'Verdict',
  cell: (row) => (
    <>
      <Mark tone={toneOfOutcome(row.verdict)}>{row.verdict}</Mark>
      {row.observed ? <span class="below">observe would have</span> : null}
    </>
  ),
};

export const WHY: ColumnOf<ExchangeRow> = {
  head: 'Why',
  cell: (row) => (
    <>
      {row.code === null ? null : <span class="code">{row.code}</span>}
      <span class="below">{row.rules.join(', ')}</span>
    </>
  ),
};

export const ROUTE: ColumnOf<ExchangeRow> = {
  head: 'Route',
  cell: (row) => (
    <>
      <span class="code">
        {row.direction === 'outbound' ? `→ ${row.host ?? ''} ` : ''}
        {row.path}
      </span>
      <span class="below">{[row.dialect, row.model].filter((each) => each !== null).join(' · ')}</span>
    </>
  ),
};
