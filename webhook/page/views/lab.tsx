import type { Fleet, WorkloadRow } from '@llm-boundary/webhook/console/api';
import type { LabAnswer, LabExamples, LabRequest, Policy } from '@llm-boundary/webhook/console/api-policies';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { get, post, type Failure } from '../data/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { announce } from '../parts/announce.ts';
import { Editor, type EditorHandle } from '../parts/editor.tsx';
import { Problem } from '../parts/states.tsx';
import { Title } from '../parts/title.tsx';
import { counted } from '../text/count.ts';
import { path, query } from '../text/route.ts';
import { LabResult } from './lab-result.tsx';

const START = `version: 1
mode: enforce
ingress:
  injection: { action: block }
egress:
  pii: { action: redact }
`;

export interface LabRoute {
  readonly namespace: string | null;
  /** Its layer of workloads is what the lab begins with. */
  readonly policy: string | null;
}

/** Edits a policy, checks it and replays exchanges against it. The server keeps nothing of it, nor does the page when it is left. */
export function LabView({ route }: { readonly route: LabRoute }): JSX.Element {
  const fleet = useAnswer<Fleet>('api/fleet').data;
  const [policy, setPolicy] = useState(START);
  const [traffic, setTraffic] = useState('');
  const [namespace, setNamespace] = useState(route.namespace ?? '');
  const [shapesOf, setShapesOf] = useState('');
  const [answer, setAnswer] = useState<LabAnswer | null>(null);
  /** What the answer is about. */
  const [checked, setChecked] = useState<LabRequest | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const editor = useRef<EditorHandle>(null);
  const pasted = useRef<EditorHandle>(null);
  const examples = useAnswer<LabExamples>('api/lab/examples').data?.examples ?? [];

  useEffect(() => {
    if (route.namespace === null || route.policy === null) return;
    void get<Policy>(`api/policies/${path(route.policy)}${query({ namespace: route.namespace })}`).then(
      (got) => {
        if (got.kind !== 'answered') return;
        const { layers, text } = got.body;
        setPolicy(layers.find(({ layer }) => layer === 'workload')?.text ?? text ?? START);
      },
    );
  }, [route.namespace, route.policy]);

  const workloads = (fleet?.workloads ?? []).filter(
    ({ boundary }) => boundary === 'yes' || boundary === 'partly',
  );
  const chosen = workloads.find((row) => keyOf(row) === shapesOf);
  const asked = requestOf({ policy, namespace, copyOf: route.policy, traffic }, chosen);
  const check = async (): Promise<void> => {
    setBusy(true);
    const got = await post<LabAnswer>('api/lab', asked);
    setBusy(false);
    setFailure(got.kind === 'failed' ? got.failure : null);
    setAnswer(got.kind === 'answered' ? got.body : null);
    setChecked(asked);
    if (got.kind === 'answered')
      announce(
        got.body.problems.length === 0
          ? 'The policy is valid.'
          : counted(got.body.problems.length, 'problem'),
      );
  };
  const trafficProblem = answer?.trafficProblem ?? null;
  const namespaces = [...new Set((fleet?.workloads ?? []).map((row) => row.namespace))];

  return (
    <>
      <Title text="Policy lab">
        <p class="lead">
          Edit, check, replay. Nothing is stored or applied; a policy goes live by your own pipeline.
        </p>
      </Title>
      <form
        class="lab"
        onSubmit={(event) => {
          event.preventDefault();
          void check();
        }}
      >
        <Editor
          ref={editor}
          label="Policy (YAML)"
          value={policy}
          onChange={setPolicy}
          problems={answer?.problems ?? []}
        />
        <div class="lab-side">
          <label class="field">
            <span>As for pods of the namespace</span>
            <select value={namespace} onChange={({ currentTarget }) => setNamespace(currentTarget.value)}>
              <option value="">none: this policy alone</option>
              {namespaces.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>Judge the shapes of the last exchanges of</span>
            <select value={shapesOf} onChange={({ currentTarget }) => setShapesOf(currentTarget.value)}>
              <option value="">none</option>
              {workloads.map((row) => (
                <option key={keyOf(row)} value={keyOf(row)}>
                  {keyOf(row)}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>Begin with an exchange of</span>
            <select
              value=""
              onChange={({ currentTarget }) => {
                const chosen = examples.find(({ dialect }) => dialect === currentTarget.value);
                if (chosen !== undefined)
                  setTraffic(`${traffic === '' ? '' : `${traffic.trimEnd()}\n`}${chosen.traffic}\n`);
              }}
            >
              <option value="">choose a protocol</option>
              {examples.map(({ dialect }) => (
                <option key={dialect}>{dialect}</option>
              ))}
            </select>
          </label>
          <Editor
            ref={pasted}
            label="Replay pasted exchanges (JSON, as for policy test)"
            value={traffic}
            onChange={setTraffic}
            problems={trafficProblem === null ? [] : [trafficProblem]}
            rows={10}
            placeholder='{ "dialect": "openai-chat", "request": { … }, "response": { … } }'
          />
          <button type="submit" class="primary" disabled={isBusy}>
            {isBusy ? 'Checking…' : 'Check and replay'}
          </button>
        </div>
      </form>
      {failure === null ? null : <Problem failure={failure} again={() => void check()} />}
      {answer === null ? null : (
        <LabResult
          answer={answer}
          isStale={!isSame(checked, asked)}
          onGoTo={(line, column) => editor.current?.goTo(line, column)}
          onGoToTraffic={(line, column) => pasted.current?.goTo(line, column)}
        />
      )}
    </>
  );
}

/** What is asked of the lab; empty fields are none. */
function requestOf(
  {
    policy,
    namespace,
    copyOf,
    traffic,
  }: Record<'policy' | 'namespace' | 'traffic', string> & Pick<LabRequest, 'copyOf'>,
  chosen: WorkloadRow | undefined,
): LabRequest {
  return {
    ...{ policy, copyOf },
    namespace: namespace === '' ? null : namespace,
    traffic: traffic.trim() === '' ? null : traffic,
    shapesOf:
      chosen === undefined ? null : { namespace: chosen.namespace, kind: chosen.kind, name: chosen.name },
  };
}

function isSame(a: LabRequest | null, b: LabRequest): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function keyOf({ namespace, kind, name }: { namespace: string; kind: string; name: string }): string {
  return `${namespace}/${kind}/${name}`;
}
