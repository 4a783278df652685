import type { Condition, Times, Workload } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { Mark, type Tone } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { CONDITIONS, reasonText, stateText } from '../text/conditions.ts';
import { counted } from '../text/count.ts';
import { sentence } from '../text/sentence.ts';
import { ago, clock } from '../text/time.ts';

const TONES: Readonly<Record<Condition['state'], Tone>> = { met: 'good', broken: 'warn', unknown: 'quiet' };

function nameOf({ condition }: Condition): string {
  return CONDITIONS.find(({ name }) => name === condition)?.text ?? condition;
}

export function ConditionsOf({ workload }: { readonly workload: Workload }): JSX.Element {
  const { conditions, nowMs, row } = workload;
  const list = (times: readonly Times[]): JSX.Element | string =>
    times.length === 0 ? (
      '–'
    ) : (
      <ul class="plain">
        {times.map(({ reason, exchanges, firstMs, lastMs }) => (
          <li key={reason}>
            {reasonText(reason)}
            {exchanges === 0
              ? ''
              : `: ${counted(exchanges, 'exchange')} since ${clock(firstMs, nowMs)}, last ${ago(lastMs, nowMs)}`}
          </li>
        ))}
      </ul>
    );
  return (
    <Section id="conditions" title="The four conditions" note={sentence(row.conditions.text ?? '')}>
      {conditions === null ? null : (
        <Table
          caption="The four conditions under which infrastructure controls suffice"
          rows={conditions}
          keyOf={({ condition }) => condition}
          columns={[
            { head: 'Condition', cell: nameOf },
            { head: 'State', cell: ({ state }) => <Mark tone={TONES[state]}>{stateText(state)}</Mark> },
            { head: 'Not met because of', cell: ({ breaks }) => list(breaks) },
            { head: 'Could not be judged', cell: ({ blind }) => list(blind) },
          ]}
        />
      )}
    </Section>
  );
}
