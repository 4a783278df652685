import type { Policies } from '@llm-boundary/webhook/console/api-policies';
import type { JSX } from 'preact';

import { useAnswer } from '../data/use-answer.ts';
import { Mark } from '../parts/mark.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Title } from '../parts/title.tsx';
import { number } from '../text/count.ts';
import { path, query } from '../text/route.ts';

const CALM_MS = 30_000;

export function PoliciesView(): JSX.Element {
  const { data, failure, again } = useAnswer<Policies>('api/policies', CALM_MS);
  return (
    <>
      <Title text="Policies">
        <p class="lead">
          What holds for the pods of each namespace: the floor, its own layers, and what a pod asks for.
        </p>
      </Title>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data === null && failure === null ? <Loading what="policies" /> : null}
      {data?.policies.length === 0 ? (
        <Empty title="No policy is published for a namespace that you may see.">
          Workloads without one have the default of the installation. Begin with a recipe of the cookbook in
          the guide, and try it in the <a href="#/lab">policy lab</a>.
        </Empty>
      ) : null}
      {data === null || data.policies.length === 0 ? null : (
        <Table
          caption="Effective policies"
          rows={data.policies}
          keyOf={({ namespace, name, asked }) => `${namespace}/${name}/${asked ?? ''}`}
          columns={[
            {
              head: 'Policy',
              cell: (row) => (
                <>
                  <a href={`#/policy/${path(row.namespace, row.name)}${query({ asked: row.asked })}`}>
                    {row.name}
                  </a>
                  {row.asked === null ? null : <span class="below">for pods that ask for {row.asked}</span>}
                </>
              ),
            },
            { head: 'Namespace', cell: ({ namespace }) => namespace },
            {
              head: 'Mode',
              cell: ({ mode }) =>
                mode === null ? (
                  <span class="none">–</span>
                ) : (
                  <Mark tone={mode === 'enforce' ? 'plain' : 'warn'}>{mode}</Mark>
                ),
            },
            { head: 'Pods', isNumber: true, cell: ({ pods }) => number(pods) },
            { head: 'Shadow', cell: ({ shadow }) => shadow ?? <span class="none">none</span> },
            {
              head: 'SHA-256',
              cell: ({ sha256 }) => <span class="code">{sha256?.slice(0, 12) ?? '–'}</span>,
            },
            {
              head: 'Problem',
              cell: ({ problem }) =>
                problem === null ? <span class="none">–</span> : <Mark tone="bad">{problem}</Mark>,
            },
          ]}
        />
      )}
    </>
  );
}
