import type { History } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { useAnswer } from '../data/use-answer.ts';
import { Chart } from '../parts/chart.tsx';
import { Section } from '../parts/section.tsx';
import { Empty, Problem } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { number } from '../text/count.ts';
import { sentence } from '../text/sentence.ts';
import { clock } from '../text/time.ts';

const CALM_MS = 5 * 60_000;

/** The last day according to Prometheus, where the operator names one: nothing is shown without it. */
export function HistoryOf({
  api,
  nowMs,
}: {
  readonly api: string;
  readonly nowMs: number;
}): JSX.Element | null {
  const { data, failure, again } = useAnswer<History>(`${api}/history`, CALM_MS);
  if (failure !== null && data === null) return <Problem failure={failure} again={again} />;
  if (data === null || data.prometheus === 'absent') return null;
  return (
    <Section
      id="history"
      title="The last 24 hours"
      note="As Prometheus estimates it from its samples, in steps of 30 minutes; it reaches further back than the memory of the sidecars."
    >
      {data.prometheus === 'unavailable' ? (
        <Empty title="Prometheus does not answer.">{sentence(data.problem ?? '')}</Empty>
      ) : data.points.length === 0 ? (
        <Empty title="Prometheus has no exchange of this workload.">
          It scrapes sidecars where <code>metrics.podMonitor.enabled</code> is set, or with annotations; the
          labels <code>namespace</code> and <code>pod</code> must be those of the pods.
        </Empty>
      ) : (
        <Points points={data.points} nowMs={nowMs} />
      )}
    </Section>
  );
}

function Points({
  points,
  nowMs,
}: {
  readonly points: History['points'];
  readonly nowMs: number;
}): JSX.Element {
  const chart = useMemo(() => {
    const series = [
      { name: 'completed', colour: '--chart-allow', values: points.map(({ completed }) => completed) },
      { name: 'refused', colour: '--chart-block', values: points.map(({ refused }) => refused) },
      { name: 'broken off', colour: '--chart-pass', values: points.map(({ failed }) => failed) },
    ];
    const sums = series.map(
      ({ name, values }) => `${number(values.reduce((sum, each) => sum + each, 0))} ${name}`,
    );
    return {
      ...({
        label: `Exchanges of the last 24 hours: ${sums.join(', ')}.`,
        kind: 'bars',
        format: number,
      } as const),
      ...{ times: points.map(({ startMs }) => startMs), series },
    };
  }, [points]);
  return (
    <>
      <Chart {...chart} />
      <details>
        <summary>The figures of this chart</summary>
        <Table
          caption="Exchanges of the last 24 hours"
          rows={points}
          keyOf={({ startMs }) => String(startMs)}
          columns={[
            { head: 'From', cell: ({ startMs }) => clock(startMs, nowMs) },
            { head: 'Completed', isNumber: true, cell: ({ completed }) => number(completed) },
            { head: 'Refused', isNumber: true, cell: ({ refused }) => number(refused) },
            { head: 'Broken off', isNumber: true, cell: ({ failed }) => number(failed) },
          ]}
        />
      </details>
    </>
  );
}
