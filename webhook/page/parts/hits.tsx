import type { Hit } from '@llm-boundary/webhook/console/api-decisions';
import type { JSX } from 'preact';

import { Mark } from './mark.tsx';
import { Prose } from './prose.tsx';
import { Table } from './table.tsx';

function effectOf({ mode, action }: Hit): string {
  if (mode === 'observe') return action === 'block' ? 'would block' : 'would redact';
  return action === 'block' ? 'blocks' : 'redacts';
}

/** Advice, each once, with the rules that it is for. */
function adviceOf(hits: readonly Hit[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { rule, fix } of hits)
    if (fix !== null) found.set(fix, new Set([...(found.get(fix) ?? []), rule]));
  return found;
}

/** Rules that hit, what each did or would have done, and what to do about it. */
export function HitTable({
  caption,
  hits,
}: {
  /** Tells it from other tables of the view. */
  readonly caption: string;
  readonly hits: readonly Hit[];
}): JSX.Element {
  return (
    <>
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
                {hit.meaning === null ? null : (
                  <span class="below">
                    <Prose text={hit.meaning} />
                  </span>
                )}
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
      {[...adviceOf(hits)].map(([fix, rules]) => (
        <p key={fix} class="advice">
          <span class="code">{[...rules].join(', ')}</span>: <Prose text={fix} />
        </p>
      ))}
    </>
  );
}
