import type { Audit, SilentRecord } from '@llm-boundary/webhook/console/api-audit';
import type { JSX } from 'preact';

import { useAnswer } from '../data/use-answer.ts';
import { Mark } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Title } from '../parts/title.tsx';
import { counted, number } from '../text/count.ts';
import { ago } from '../text/time.ts';

const CALM_MS = 15_000;

const MEANINGS: Readonly<Record<SilentRecord['reason'], string>> = {
  no_genesis: 'The anchor never received the beginning of its record.',
  no_head: 'No head of its record came for a minute, though the pod runs.',
  no_seal: 'The pod ended, and its record was not sealed.',
};

export function AuditView(): JSX.Element {
  const { data, failure, again } = useAnswer<Audit>('api/audit', CALM_MS);
  return (
    <>
      <Title text="Audit">
        <p class="lead">
          The anchor keeps the length and hash of each record outside its pod, so that a cut or missing one is
          seen.
        </p>
      </Title>
      {failure === null ? null : <Problem failure={failure} isStale={data !== null} again={again} />}
      {data === null ? failure === null ? <Loading what="the records" /> : null : <Records audit={data} />}
    </>
  );
}

function Records({ audit }: { readonly audit: Audit }): JSX.Element {
  const { anchor, problem, anchored, silent, missing, nowMs } = audit;
  return (
    <>
      {anchor === 'absent' ? (
        <Empty title="There is no anchor.">
          Records are signed in each pod; one that is deleted with its pod is not missed. Install it:{' '}
          <code>
            helm upgrade llm-boundary charts/llm-boundary --namespace llm-boundary --reset-then-reuse-values
            --set anchor.enabled=true
          </code>
          .
        </Empty>
      ) : null}
      {anchor === 'unavailable' ? (
        <div class="problem" role="alert">
          <p>
            <strong>The anchor does not answer, so nothing is known of records. </strong>
            {problem} Look at it:{' '}
            <code>kubectl get pods -n llm-boundary -l app.kubernetes.io/component=anchor</code>.
          </p>
        </div>
      ) : null}
      {anchor === 'answered' ? (
        <p class="answer">
          <Mark tone="good">{`${number(anchored)} anchored`}</Mark>{' '}
          <Mark tone={silent.length === 0 ? 'plain' : 'bad'}>{`${number(silent.length)} silent`}</Mark>{' '}
          <Mark tone={missing.length === 0 ? 'plain' : 'bad'}>{`${number(missing.length)} missing`}</Mark>
        </p>
      ) : null}
      {anchor === 'answered' ? (
        <Section
          id="silent"
          title="Silent"
          note="Records that should be heard of and are not. Evidence may be missing."
        >
          {silent.length === 0 ? (
            <p class="note">None.</p>
          ) : (
            <Table
              caption="Pods with a silent record"
              rows={silent}
              keyOf={({ namespace, pod, reason }) => `${namespace}/${pod}/${reason}`}
              columns={[
                {
                  head: 'Pod',
                  cell: (row) => (
                    <>
                      <span class="code">{row.pod}</span>
                      <span class="below">{row.namespace}</span>
                    </>
                  ),
                },
                {
                  head: 'Reason',
                  cell: (row) => (
                    <>
                      <Mark tone="bad">{row.reason}</Mark>
                      <span class="below">{MEANINGS[row.reason]}</span>
                    </>
                  ),
                },
                { head: 'Since', isNumber: true, cell: (row) => ago(row.sinceMs, nowMs) },
                {
                  head: 'Lines',
                  isNumber: true,
                  cell: (row) => (row.size === null ? '–' : number(row.size)),
                },
                { head: 'Log', cell: (row) => <span class="code">{row.log ?? '–'}</span> },
              ]}
            />
          )}
        </Section>
      ) : null}
      <Section
        id="missing"
        title="Missing"
        note="Pods whose labels ask for a boundary and that have none: there is no record of them."
      >
        {missing.length === 0 ? (
          <p class="note">None.</p>
        ) : (
          <>
            <Table
              caption="Pods without a record"
              rows={missing}
              keyOf={({ namespace, pod }) => `${namespace}/${pod}`}
              columns={[
                { head: 'Pod', cell: ({ pod }) => <span class="code">{pod}</span> },
                { head: 'Namespace', cell: ({ namespace }) => namespace },
              ]}
            />
            <p class="note">
              {counted(missing.length, 'pod')} older than the label, or past the webhook. Recreate them:{' '}
              <code>kubectl rollout restart deployment -n NAMESPACE</code>.
            </p>
          </>
        )}
      </Section>
    </>
  );
}
