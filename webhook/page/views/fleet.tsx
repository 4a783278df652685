import type { Fleet, WorkloadRow } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { useAnswer } from '../data/use-answer.ts';
import { announce } from '../parts/announce.ts';
import { Search } from '../parts/search.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Title } from '../parts/title.tsx';
import { counted, number } from '../text/count.ts';
import { path } from '../text/route.ts';
import { GROUPS, isIn, matches, sorted, type Column, type Group } from '../text/fleet.ts';
import { FleetTable } from './fleet-table.tsx';

const CALM_MS = 15_000;
const PENDING_MS = 2_000;
/** A browser lays out a thousand rows in a tenth of a second; a reader looks at the first screen. */
const PAGE = 100;

const GROUP_TEXTS: Readonly<Record<Group, string>> = {
  all: 'workloads',
  unguarded: 'need it and have none',
  needed: 'need the LLM boundary',
  suffices: 'infrastructure suffices',
  unknown: 'not known yet',
  attention: 'missing, silent or invalid',
};

export function FleetView(): JSX.Element {
  const { data, failure, again } = useAnswer<Fleet>('api/fleet', (last) =>
    last !== null && last.pending > 0 ? PENDING_MS : CALM_MS,
  );
  return (
    <>
      <Title text="Fleet">{data === null ? null : <p class="lead">{leadOf(data)}</p>}</Title>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data === null ? failure === null ? <Loading what="the fleet" /> : null : <Rows fleet={data} />}
    </>
  );
}

function leadOf({ pending, anchor }: Fleet): string {
  const asked = pending === 0 ? '' : `${counted(pending, 'workload')} still being asked. `;
  switch (anchor) {
    case 'absent':
      return `${asked}There is no anchor: records are signed in each pod, and their absence is not seen.`;
    case 'answered':
      return `${asked}Is Kubernetes enough for these workloads? Measured by their sidecars, guessed where there is none.`;
    case 'unavailable':
      return `${asked}The anchor does not answer: which records are silent is not known.`;
    default:
      return anchor satisfies never;
  }
}

function Rows({ fleet }: { readonly fleet: Fleet }): JSX.Element {
  const [query, setQuery] = useState('');
  const [group, setGroup] = useState<Group>('all');
  const [order, setOrder] = useState<{ readonly column: Column; readonly isDescending: boolean }>({
    column: 'urgency',
    isDescending: false,
  });
  const [shown, setShown] = useState(PAGE);
  const rows = useMemo(
    () =>
      sorted(
        fleet.workloads.filter((row) => isIn(group, row) && matches(row, query)),
        order.column,
        order.isDescending,
      ),
    [fleet.workloads, query, group, order],
  );
  const isFiltered = query !== '' || group !== 'all';
  useEffect(() => {
    if (isFiltered) announce(`${counted(rows.length, 'workload')} of ${number(fleet.workloads.length)}`);
    // What arrives by itself is not announced.
  }, [query, group]);

  if (fleet.workloads.length === 0)
    return (
      <Empty title="No LLM workload is here.">
        Nothing that you may see is labelled for injection or looks like one. Label one:{' '}
        <code>kubectl label namespace NAMESPACE llm-boundary.io/inject=true</code>, then recreate its pods. Do
        you miss a namespace? You see those whose pods you may list:{' '}
        <code>kubectl auth can-i list pods -n NAMESPACE</code>.
      </Empty>
    );
  return (
    <>
      <Summary workloads={fleet.workloads} group={group} onGroup={setGroup} />
      <div class="tools">
        <Search query={query} onQuery={setQuery} placeholder="name, namespace, policy, reason, version" />
        <FindDecision />
        <span class="count">
          {isFiltered ? `${number(rows.length)} of ${number(fleet.workloads.length)}` : ''}
        </span>
      </div>
      {rows.length === 0 ? (
        <Empty title="No workload matches.">
          <button
            type="button"
            onClick={() => {
              setQuery('');
              setGroup('all');
            }}
          >
            Show all
          </button>
        </Empty>
      ) : (
        <FleetTable
          rows={rows.slice(0, shown)}
          order={order}
          onOrder={(column) =>
            setOrder((before) => ({
              column,
              isDescending: before.column === column && !before.isDescending,
            }))
          }
        />
      )}
      {rows.length > shown ? (
        <p class="more">
          <button type="button" onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, rows.length - shown)} more of {number(rows.length)}
          </button>
        </p>
      ) : null}
    </>
  );
}

/** Opens the decision whose ID a refused client got. */
function FindDecision(): JSX.Element {
  const [id, setId] = useState('');
  return (
    <form
      class="find"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== '') location.hash = `#/decision/${path(id.trim())}`;
      }}
    >
      <label>
        <span>Decision</span>
        <input
          value={id}
          placeholder="ID from llm-boundary-decision"
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
      </label>
      <button type="submit">Why</button>
    </form>
  );
}

function Summary({
  workloads,
  group,
  onGroup,
}: {
  readonly workloads: readonly WorkloadRow[];
  readonly group: Group;
  readonly onGroup: (group: Group) => void;
}): JSX.Element {
  return (
    <div class="summary" role="group" aria-label="Show">
      {GROUPS.map((each) => (
        <button type="button" key={each} aria-pressed={group === each} onClick={() => onGroup(each)}>
          <span class="summary-count">{number(workloads.filter((row) => isIn(each, row)).length)}</span>{' '}
          <span class="summary-text">{GROUP_TEXTS[each]}</span>
        </button>
      ))}
    </div>
  );
}
