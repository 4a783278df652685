import type { FleetDecisions, FoundRow } from '@llm-boundary/webhook/console/api-search';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useAnswer } from '../data/use-answer.ts';
import { announce } from '../parts/announce.ts';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table, type ColumnOf } from '../parts/table.tsx';
import { Title } from '../parts/title.tsx';
import { counted, number } from '../text/count.ts';
import { minuteOf } from '../text/decisions.ts';
import { reachTexts } from '../text/reach.ts';
import { path, query } from '../text/route.ts';
import { clock } from '../text/time.ts';
import { ROUTE, VERDICT, WHY } from './decision-columns.tsx';

const SHOWN = { changed: 'refused or changed', observed: 'observed', all: 'all' } as const;

/** Why something was refused at a minute of the last day, where nobody knows by which pod. */
export function SearchView(): JSX.Element {
  const [time, setTime] = useState('');
  const [show, setShow] = useState('changed');
  const [asked, setAsked] = useState<string | null>(null);
  const find = (): void => {
    const minute = minuteOf(time, Date.now());
    if (minute === null) return;
    const { fromMs, toMs } = minute;
    setAsked(query({ limit: '200', show, from: String(fromMs), to: String(toMs) }));
  };
  return (
    <>
      <Title text="Decisions">
        <p class="lead">
          What the sidecars of all workloads that you may see decided at a minute of the last day, as they
          still remember it.
        </p>
      </Title>
      <form
        class="tools"
        onSubmit={(event) => {
          event.preventDefault();
          find();
        }}
      >
        <label>
          <span>At</span>
          <input
            type="time"
            required
            value={time}
            onInput={({ currentTarget }) => setTime(currentTarget.value)}
          />
        </label>
        <label>
          <span>Show</span>
          <select value={show} onChange={({ currentTarget }) => setShow(currentTarget.value)}>
            {Object.entries(SHOWN).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Find</button>
      </form>
      {asked === null ? null : <Found key={asked} api={`api/decisions${asked}`} />}
    </>
  );
}

function Found({ api }: { readonly api: string }): JSX.Element {
  const { data, failure, again } = useAnswer<FleetDecisions>(api);
  useEffect(() => {
    if (data !== null) announce(`${counted(data.matching, 'decision')} found`);
  }, [data]);
  if (failure !== null) return <Problem failure={failure} again={again} />;
  if (data === null) return <Loading what="decisions of all sidecars" />;
  const { exchanges, matching, reach, problems, nowMs } = data;
  return (
    <>
      <ul class="reach">
        {reachTexts(reach).map((text) => (
          <li key={text}>{text}</li>
        ))}
        {problems.map(({ namespace, pod, problem }) => (
          <li key={`${namespace}/${pod}`}>
            {namespace}/{pod}: {problem}
          </li>
        ))}
      </ul>
      {exchanges.length === 0 ? (
        <Empty title="Nothing was found.">Choose another minute, or show all.</Empty>
      ) : (
        <>
          <p class="note">
            {matching > exchanges.length
              ? `The last ${number(exchanges.length)} of ${number(matching)}.`
              : `${number(matching)} in all.`}
          </p>
          <Table
            caption="Decisions of the fleet, the newest first"
            rows={exchanges}
            keyOf={({ namespace, pod, id }) => `${namespace}/${pod}/${id}`}
            columns={columnsOf(nowMs)}
          />
        </>
      )}
    </>
  );
}

function columnsOf(nowMs: number): readonly ColumnOf<FoundRow>[] {
  return [
    {
      head: 'Time',
      cell: (row) => (
        <a href={`#/decision/${path(row.id)}${query({ namespace: row.namespace, pod: row.pod })}`}>
          <time dateTime={new Date(row.startMs).toISOString()}>{clock(row.startMs, nowMs)}</time>
        </a>
      ),
    },
    {
      head: 'Workload',
      cell: ({ namespace, workload, pod }) => (
        <>
          <a href={`#/workload/${path(namespace, workload.kind, workload.name)}`}>{workload.name}</a>
          <span class="below">
            {namespace} · {pod}
          </span>
        </>
      ),
    },
    VERDICT,
    WHY,
    ROUTE,
    { head: 'Status', isNumber: true, cell: (row) => row.status ?? '–' },
  ];
}
