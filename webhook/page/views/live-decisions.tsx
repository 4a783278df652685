import type { Decisions, ExchangeRow } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { useAnswer } from '../data/use-answer.ts';
import { Mark, toneOfOutcome } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table, type ColumnOf } from '../parts/table.tsx';
import { number, short } from '../text/count.ts';
import { path, query } from '../text/route.ts';
import { clock, duration } from '../text/time.ts';

const LIVE_MS = 3_000;
const FIRST = 25;

const SHOWN = ['all', 'refused or changed', 'observed'] as const;
type Shown = (typeof SHOWN)[number];

function isShown(shown: Shown, row: ExchangeRow): boolean {
  switch (shown) {
    case 'all':
      return true;
    case 'refused or changed':
      return row.verdict === 'block' || row.verdict === 'redact';
    case 'observed':
      return row.observed;
    default:
      return shown satisfies never;
  }
}

/** The last exchanges, without content. It is asked for anew until it is paused. */
export function LiveDecisions({
  api,
  namespace,
}: {
  readonly api: string;
  readonly namespace: string;
}): JSX.Element {
  const [isLive, setLive] = useState(true);
  const [shown, setShown] = useState<Shown>('all');
  const { data, failure, again } = useAnswer<Decisions>(api, isLive ? LIVE_MS : null);
  const rows = (data?.exchanges ?? []).filter((row) => isShown(shown, row));
  return (
    <Section
      id="decisions"
      title="Decisions"
      note="Metadata of the last exchanges in the memory of the sidecars, newest first. The record has all of them."
    >
      <div class="tools">
        <button type="button" aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          Live
        </button>
        <label>
          <span>Show</span>
          <select
            value={shown}
            onChange={({ currentTarget }) =>
              setShown(SHOWN.find((each) => each === currentTarget.value) ?? 'all')
            }
          >
            {SHOWN.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <span class="count">
          {data === null ? '' : `${number(rows.length)} of ${number(data.exchanges.length)}`}
        </span>
      </div>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data?.problems.map(({ pod, problem }) => (
        <p key={pod} class="note">
          {pod}: {problem}
        </p>
      ))}
      {data === null && failure === null ? <Loading what="decisions" /> : null}
      {data !== null && rows.length === 0 ? (
        <Empty title="No exchange to show.">
          Send a request to the workload, or choose another filter. Exchanges from before the last restart of
          the sidecar are in the record: <code>llm-boundary-audit show FOLDER</code>.
        </Empty>
      ) : null}
      {data === null || rows.length === 0 ? null : (
        <Rows rows={rows} namespace={namespace} nowMs={data.nowMs} />
      )}
    </Section>
  );
}

function Rows({
  rows,
  namespace,
  nowMs,
}: {
  readonly rows: readonly ExchangeRow[];
  readonly namespace: string;
  readonly nowMs: number;
}): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  return (
    <>
      <Table
        caption="The last exchanges, newest first"
        rows={isWhole ? rows : rows.slice(0, FIRST)}
        keyOf={({ id, pod }) => `${pod}/${id}`}
        columns={columnsOf(namespace, nowMs)}
      />
      {rows.length > FIRST ? (
        <p class="more">
          <button type="button" onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Show ${FIRST}` : `Show all ${number(rows.length)}`}
          </button>
        </p>
      ) : null}
    </>
  );
}

function columnsOf(namespace: string, nowMs: number): readonly ColumnOf<ExchangeRow>[] {
  return [
    {
      head: 'Time',
      cell: (row) => (
        <a href={`#/decision/${path(row.id)}${query({ namespace, pod: row.pod })}`}>
          <time dateTime={new Date(row.startMs).toISOString()}>{clock(row.startMs, nowMs)}</time>
        </a>
      ),
    },
    {
      head: 'Verdict',
      cell: (row) => (
        <>
          <Mark tone={toneOfOutcome(row.verdict)}>{row.verdict}</Mark>
          {row.observed ? <span class="below">observe would have</span> : null}
        </>
      ),
    },
    {
      head: 'Why',
      cell: (row) => (
        <>
          {row.code === null ? null : <span class="code">{row.code}</span>}
          <span class="below">{row.rules.join(', ')}</span>
        </>
      ),
    },
    {
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
    },
    { head: 'Tools', cell: (row) => <span class="code">{row.tools.join(', ') || '–'}</span> },
    {
      head: 'Caller',
      cell: (row) =>
        row.caller === null ? (
          <span class="none">–</span>
        ) : (
          <span class="code" title={row.caller}>
            {short(row.caller)}
          </span>
        ),
    },
    {
      head: 'Text',
      cell: (row) =>
        row.tainted === null ? <span class="none">–</span> : row.tainted ? 'untrusted' : 'trusted',
    },
    { head: 'Status', isNumber: true, cell: (row) => row.status ?? '–' },
    { head: 'Boundary', isNumber: true, cell: (row) => duration(row.boundaryMs) },
    { head: 'Model', isNumber: true, cell: (row) => duration(row.restMs) },
  ];
}
