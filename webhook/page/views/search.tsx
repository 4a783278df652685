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
import { clock, zone } from '../text/time.ts';
import { ROUTE, VERDICT, WHY } from './decision-columns.tsx';

/** A stream is found at the minute when it was refused, too. */
const LONG_MS = 10_000;

const SHOWN = { changed: 'refused or changed', observed: 'observed', all: 'all' } as const;

/** Why something was refused at a minute of the last day, where nobody knows by which pod. */
export function SearchView(): JSX.Element {
  const [time, setTime] = useState('');
  const [show, setShow] = useState('changed');
  const [namespace, setNamespace] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  const find = (): void => {
    const minute = minuteOf(time, Date.now());
    if (minute === null) return;
    const { fromMs, toMs } = minute;
    setAsked(
      query({
        ...{ limit: '200', show, from: String(fromMs), to: String(toMs) },
        namespace: namespace.trim() === '' ? null : namespace.trim(),
      }),
    );
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
          <span>At ({zone()})</span>
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
        <label>
          <span>Namespace</span>
          <input
            value={namespace}
            placeholder="all that you may see"
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => setNamespace(currentTarget.value)}
          />
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
        <Empty title="Nothing was found.">
          Choose another minute, or show all. Pods that are gone are not asked: their records have it,{' '}
          <code>llm-boundary-audit show FOLDER</code>.
        </Empty>
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
          {row.endMs === null || row.endMs - row.startMs < LONG_MS ? null : (
            <span class="below">to {clock(row.endMs, nowMs)}</span>
          )}
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
