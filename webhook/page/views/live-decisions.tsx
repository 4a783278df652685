import type { Decisions, ExchangeRow } from '@llm-boundary/webhook/console/api-decisions';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { useAnswer } from '../data/use-answer.ts';
import { Section } from '../parts/section.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table, type ColumnOf } from '../parts/table.tsx';
import { number, short } from '../text/count.ts';
import { notAskedText } from '../text/reach.ts';
import { minuteOf, sortedDecisions, type DecisionColumn, type Minute } from '../text/decisions.ts';
import { path, query } from '../text/route.ts';
import { clock, duration, zone } from '../text/time.ts';
import { ROUTE, VERDICT, WHY } from './decision-columns.tsx';

const LIVE_MS = 3_000;
const FIRST = 25;

const SHOWN = {
  all: 'all',
  changed: 'refused or changed',
  observed: 'observed',
} as const;
type Shown = keyof typeof SHOWN;

function isShown(text: string): text is Shown {
  return Object.hasOwn(SHOWN, text);
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
  const [minute, setMinute] = useState<Minute | null>(null);
  const asked = query({
    limit: '200',
    show: shown === 'all' ? null : shown,
    from: minute === null ? null : String(minute.fromMs),
    to: minute === null ? null : String(minute.toMs),
  });
  const { data, failure, again } = useAnswer<Decisions>(`${api}${asked}`, isLive ? LIVE_MS : null);
  const rows = data?.exchanges ?? [];
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
        <Filters
          shown={shown}
          onShown={setShown}
          onMinute={(text) => setMinute(minuteOf(text, data?.nowMs ?? Date.now()))}
        />
        {data === null ? null : <span class="count">{countText(data, minute)}</span>}
      </div>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data?.problems.map(({ pod, problem }) => (
        <p key={pod} class="note">
          {pod}: {problem}
        </p>
      ))}
      <NotAsked decisions={data} />
      {data === null && failure === null ? <Loading what="decisions" /> : null}
      {data !== null && rows.length === 0 ? <Nothing decisions={data} /> : null}
      {data === null || rows.length === 0 ? null : (
        <Rows rows={rows} namespace={namespace} nowMs={data.nowMs} />
      )}
    </Section>
  );
}

function NotAsked({ decisions }: { readonly decisions: Decisions | null }): JSX.Element | null {
  if (decisions === null || decisions.window.notAsked === 0) return null;
  return <p class="note">{notAskedText(decisions.window)}</p>;
}

function Nothing({ decisions: { window, nowMs } }: { readonly decisions: Decisions }): JSX.Element {
  return (
    <Empty title="No exchange to show.">
      Send a request to the workload, or choose another filter or time. The sidecars remember{' '}
      {window.fromMs === null ? 'no exchange' : `exchanges since ${clock(window.fromMs, nowMs)}`}; earlier
      ones are in the record: <code>llm-boundary-audit show FOLDER</code>.
    </Empty>
  );
}

function countText({ matching, window, nowMs }: Decisions, minute: Minute | null): string {
  const at = minute === null ? '' : `, of ${clock(minute.fromMs, nowMs).slice(0, -3)}`;
  return `${number(matching)} of ${number(window.exchanges)}${at}`;
}

function Filters({
  shown,
  onShown,
  onMinute,
}: {
  readonly shown: Shown;
  readonly onShown: (shown: Shown) => void;
  /** `14:02`; empty: none is chosen. */
  readonly onMinute: (text: string) => void;
}): JSX.Element {
  return (
    <>
      <label>
        <span>Show</span>
        <select
          value={shown}
          onChange={({ currentTarget }) =>
            onShown(isShown(currentTarget.value) ? currentTarget.value : 'all')
          }
        >
          {Object.entries(SHOWN).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>At ({zone()})</span>
        <input type="time" onInput={({ currentTarget }) => onMinute(currentTarget.value)} />
      </label>
    </>
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
  const [order, setOrder] = useState<Order>({ column: 'time', isReversed: false });
  const sorted = sortedDecisions(rows, order.column, order.isReversed);
  return (
    <>
      <Table
        caption="The last exchanges"
        rows={isWhole ? sorted : sorted.slice(0, FIRST)}
        keyOf={({ id, pod }) => `${pod}/${id}`}
        columns={columnsOf(namespace, nowMs, order, (column) =>
          setOrder({ column, isReversed: order.column === column && !order.isReversed }),
        )}
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

interface Order {
  readonly column: DecisionColumn;
  readonly isReversed: boolean;
}

function columnsOf(
  namespace: string,
  nowMs: number,
  order: Order,
  onOrder: (column: DecisionColumn) => void,
): readonly ColumnOf<ExchangeRow>[] {
  // Times and durations begin with the largest.
  const by = (column: DecisionColumn): Pick<ColumnOf<ExchangeRow>, 'onSort' | 'sort'> => ({
    onSort: () => onOrder(column),
    sort: order.column === column ? (order.isReversed ? 'ascending' : 'descending') : undefined,
  });
  return [
    {
      head: 'Time',
      ...by('time'),
      cell: (row) => (
        <a href={`#/decision/${path(row.id)}${query({ namespace, pod: row.pod })}`}>
          <time dateTime={new Date(row.startMs).toISOString()}>{clock(row.startMs, nowMs)}</time>
        </a>
      ),
    },
    { ...VERDICT, ...by('verdict') },
    WHY,
    ROUTE,
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
    { head: 'Boundary', ...by('boundary'), isNumber: true, cell: (row) => duration(row.boundaryMs) },
    { head: 'Model, network', ...by('model'), isNumber: true, cell: (row) => duration(row.restMs) },
  ];
}
