import type { OutcomeBucket, Workload } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { Chart } from '../parts/chart.tsx';
import { Section } from '../parts/section.tsx';
import { Empty } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { counted, number } from '../text/count.ts';
import { notAskedText } from '../text/reach.ts';
import { clock, duration } from '../text/time.ts';

function total(buckets: readonly OutcomeBucket[], of: (bucket: OutcomeBucket) => number): number {
  return buckets.reduce((sum, bucket) => sum + of(bucket), 0);
}

/** Outcomes over time, and the time of the boundary against the rest. */
export function Outcomes({ workload }: { readonly workload: Workload }): JSX.Element {
  const { outcomes, window, nowMs } = workload;
  const since = window.fromMs === null ? '' : ` since ${clock(window.fromMs, nowMs)}`;
  const note = `${counted(window.exchanges, 'exchange')}${since}, from the memory of the sidecars. ${
    window.isCut ? 'Older ones were dropped from it; the record has them. ' : ''
  }${window.notAsked === 0 ? '' : notAskedText(window)}`;
  if (outcomes.length === 0)
    return (
      <Section id="outcomes" title="Outcomes over time">
        <Empty title="No exchange yet.">Charts appear with the first exchange that a sidecar sees.</Empty>
      </Section>
    );
  return (
    <Section id="outcomes" title="Outcomes over time" note={note}>
      <Charts outcomes={outcomes} />
      <details>
        <summary>The figures of both charts</summary>
        <Table
          caption="Outcomes and median times"
          rows={outcomes}
          keyOf={({ startMs }) => String(startMs)}
          columns={[
            { head: 'From', cell: ({ startMs }) => clock(startMs, nowMs) },
            { head: 'Allowed', isNumber: true, cell: ({ allowed }) => number(allowed) },
            { head: 'Redacted', isNumber: true, cell: ({ redacted }) => number(redacted) },
            { head: 'Blocked', isNumber: true, cell: ({ blocked }) => number(blocked) },
            { head: 'Not inspected', isNumber: true, cell: ({ passed }) => number(passed) },
            { head: 'Observe would have', isNumber: true, cell: ({ observed }) => number(observed) },
            { head: 'Boundary', isNumber: true, cell: ({ boundaryMs }) => duration(boundaryMs) },
            { head: 'Model and network', isNumber: true, cell: ({ restMs }) => duration(restMs) },
          ]}
        />
      </details>
    </Section>
  );
}

function Charts({ outcomes }: { readonly outcomes: readonly OutcomeBucket[] }): JSX.Element {
  const charts = useMemo(() => {
    const times = outcomes.map(({ startMs }) => startMs);
    const [allowed, redacted, blocked] = [
      total(outcomes, (bucket) => bucket.allowed),
      total(outcomes, (bucket) => bucket.redacted),
      total(outcomes, (bucket) => bucket.blocked),
    ];
    return {
      counts: {
        label: `Outcomes over time: ${number(allowed)} allowed, ${number(redacted)} redacted, ${number(blocked)} blocked.`,
        times,
        kind: 'bars',
        format: number,
        series: [
          { name: 'allowed', colour: '--chart-allow', values: outcomes.map((bucket) => bucket.allowed) },
          { name: 'redacted', colour: '--chart-redact', values: outcomes.map((bucket) => bucket.redacted) },
          { name: 'blocked', colour: '--chart-block', values: outcomes.map((bucket) => bucket.blocked) },
          { name: 'not inspected', colour: '--chart-pass', values: outcomes.map((bucket) => bucket.passed) },
        ],
      },
      times: {
        label:
          'Median time of an exchange in the boundary and in the model with the network, on a logarithmic scale.',
        times,
        kind: 'lines',
        format: duration,
        series: [
          { name: 'boundary', colour: '--accent', values: outcomes.map(({ boundaryMs }) => boundaryMs) },
          { name: 'model and network', colour: '--ink-2', values: outcomes.map(({ restMs }) => restMs) },
        ],
      },
    } as const;
  }, [outcomes]);
  return (
    <div class="charts">
      <div>
        <h3>Exchanges</h3>
        <Chart {...charts.counts} />
      </div>
      <div>
        <h3>Median time (logarithmic)</h3>
        <Chart {...charts.times} />
      </div>
    </div>
  );
}
