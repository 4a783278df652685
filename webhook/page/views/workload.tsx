import type { Workload, WorkloadRow } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { useAnswer } from '../data/use-answer.ts';
import { Verdict } from '../parts/conditions.tsx';
import { Facts } from '../parts/facts.tsx';
import { Mark, toneOfAnchor } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Title } from '../parts/title.tsx';
import { counted } from '../text/count.ts';
import { path, query } from '../text/route.ts';
import { ago, clock } from '../text/time.ts';
import { ConditionsOf } from './workload-conditions.tsx';
import { HistoryOf } from './history.tsx';
import { LiveDecisions } from './live-decisions.tsx';
import { Outcomes } from './outcomes.tsx';
import { Uses } from './uses.tsx';

const CALM_MS = 10_000;

export interface WorkloadRoute {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

export function WorkloadView({ route }: { readonly route: WorkloadRoute }): JSX.Element {
  const api = `api/workloads/${path(route.namespace, route.kind, route.name)}`;
  const { data, failure, again } = useAnswer<Workload>(api, CALM_MS);
  return (
    <>
      <Title text={route.name}>
        <p class="lead">
          {route.kind} in the namespace {route.namespace}
        </p>
      </Title>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data === null ? (
        failure === null ? (
          <Loading what="the workload" />
        ) : null
      ) : (
        <>
          <Summary workload={data} />
          <ConditionsOf workload={data} />
          {data.row.pods.guarded === 0 ? (
            <Unguarded row={data.row} />
          ) : (
            <>
              <LiveDecisions api={`${api}/decisions`} namespace={route.namespace} />
              <Outcomes workload={data} />
              <HistoryOf api={api} nowMs={data.nowMs} />
              <Uses workload={data} />
            </>
          )}
          <Pods workload={data} />
        </>
      )}
    </>
  );
}

function Summary({ workload }: { readonly workload: Workload }): JSX.Element {
  const { row, nowMs } = workload;
  return (
    <Facts
      entries={[
        ['LLM boundary', <Verdict cell={row.conditions} />],
        [
          'Policy',
          row.policy === null ? (
            'none'
          ) : (
            <>
              <a
                href={`#/policy/${path(row.namespace, row.policy.name)}${query({ asked: row.policy.asked })}`}
              >
                {row.policy.name}
              </a>
              {row.policy.problem === null
                ? ''
                : ` (${row.policy.problem}: the last published one stays in force)`}
            </>
          ),
        ],
        ['Mode', row.mode ?? '–'],
        ['Open controls', row.gaps.join(', ') || 'none'],
        ['Capture', row.capture.join(', ') || 'none'],
        row.open.length === 0 ? null : ['Left to NetworkPolicies', row.open.join(', ')],
        ['Record', <Mark tone={toneOfAnchor(row.anchor)}>{row.anchor}</Mark>],
        ['Bodies', row.keepsBodies ? 'kept, sealed' : 'not kept'],
        ['Version', <span class="code">{row.versions.join(', ') || '–'}</span>],
        workload.sinceMs === null
          ? null
          : [
              'Measured',
              `${counted(workload.exchanges ?? 0, 'exchange')} since ${clock(workload.sinceMs, nowMs)} (${ago(workload.sinceMs, nowMs)})`,
            ],
      ]}
    />
  );
}

/** Without a sidecar nothing is known of exchanges: not that there were none. */
function Unguarded({ row: { boundary, namespace, kind, name } }: { readonly row: WorkloadRow }): JSX.Element {
  return (
    <Section id="decisions" title="Decisions">
      <Empty title="Nothing is known of its exchanges: none of its pods has a sidecar.">
        {boundary === 'missing' ? (
          'Its labels ask for a boundary: its pods are older than the label, or came past the webhook.'
        ) : (
          <>
            Ask for a boundary: <code>kubectl label namespace {namespace} llm-boundary.io/inject=true</code>,
            with a policy of <code>mode: observe</code> at first.
          </>
        )}
        {kind === 'Pod' ? ' Recreate it' : ' Recreate its pods'}
        {ROLLED.includes(kind) ? (
          <>
            : <code>{`kubectl rollout restart ${kind.toLowerCase()}/${name} -n ${namespace}`}</code>
          </>
        ) : null}
        .
      </Empty>
    </Section>
  );
}

/** Kinds that `kubectl rollout restart` takes. */
const ROLLED = ['Deployment', 'StatefulSet', 'DaemonSet'];

function Pods({ workload }: { readonly workload: Workload }): JSX.Element {
  return (
    <Section id="pods" title="Pods">
      <Table
        caption="Pods of the workload"
        rows={workload.pods}
        keyOf={({ name }) => name}
        columns={[
          { head: 'Pod', cell: (pod) => <span class="code">{pod.name}</span> },
          { head: 'Phase', cell: (pod) => pod.phase ?? 'unknown' },
          { head: 'Sidecar', cell: (pod) => <span class="code">{pod.sidecar ?? 'none'}</span> },
          { head: 'Record', cell: (pod) => <Mark tone={toneOfAnchor(pod.anchor)}>{pod.anchor}</Mark> },
          { head: 'Sidecar asked', cell: (pod) => pod.problem ?? (pod.boundary ? 'answered' : '–') },
        ]}
      />
    </Section>
  );
}
