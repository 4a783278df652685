import type { Hit } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { Mark } from './mark.tsx';
import { Table } from './table.tsx';

function effectOf({ mode, action }: Hit): string {
  if (mode === 'observe') return action === 'block' ? 'would block' : 'would redact';
  return action === 'block' ? 'blocks' : 'redacts';
}

/** Rules that hit, and what each did or would have done. */
export function HitTable({
  caption,
  hits,
}: {
  /** Tells it from other tables of the view. */
  readonly caption: string;
  readonly hits: readonly Hit[];
}): JSX.Element {
  return (
    <Table
      caption={caption}
      rows={hits}
      keyOf={(_, at) => String(at)}
      columns={[
        {
          head: 'Rule',
          cell: (hit) => (
            <>
              <span class="code">{`${hit.control}.${hit.rule}`}</span>
              {hit.meaning === null ? null : <span class="below">{hit.meaning}</span>}
            </>
          ),
        },
        {
          head: 'Effect',
          cell: (hit) => (
            <Mark tone={hit.mode === 'observe' ? 'quiet' : hit.action === 'block' ? 'bad' : 'warn'}>
              {effectOf(hit)}
            </Mark>
          ),
        },
        { head: 'Code', cell: (hit) => <span class="code">{hit.code}</span> },
        { head: 'Where', cell: (hit) => <span class="code">{hit.pointer ?? 'the exchange'}</span> },
        { head: 'Score', isNumber: true, cell: (hit) => hit.score?.toFixed(2) ?? '–' },
      ]}
    />
  );
}
