import type { Decision, DecisionStep, Hit } from '@llm-boundary/webhook/console/api-decisions';
import type { JSX } from 'preact';

import { useAnswer } from '../data/use-answer.ts';
import { Facts } from '../parts/facts.tsx';
import { HitTable } from '../parts/hits.tsx';
import { Mark, toneOfOutcome } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { Title } from '../parts/title.tsx';
import { counted, number } from '../text/count.ts';
import { path, query } from '../text/route.ts';
import { clock, duration, moment } from '../text/time.ts';

const OPEN_MS = 2_000;

export interface DecisionRoute {
  readonly id: string;
  readonly at: { readonly namespace: string; readonly pod: string } | null;
}

/** Why an exchange ended as it did, rule by rule. It is asked for anew until the exchange has ended. */
export function DecisionView({ route }: { readonly route: DecisionRoute }): JSX.Element {
  const { data, failure, again } = useAnswer<Decision>(
    `api/decisions/${path(route.id)}${query({ namespace: route.at?.namespace ?? null, pod: route.at?.pod ?? null })}`,
    (last) => (last?.exchange.endMs === null ? OPEN_MS : null),
  );
  const isGone = failure?.error === 'not_found';
  return (
    <>
      <Title text={`Decision ${route.id}`}>
        {data === null ? null : (
          <p class="lead">
            <a href={`#/workload/${path(data.namespace, data.kind, data.name)}`}>{data.name}</a> in{' '}
            {data.namespace}
          </p>
        )}
      </Title>
      {isGone ? (
        <Empty title="No sidecar that you may see has a decision of this ID in its memory.">
          If it is older than that, or its pod is gone, the record has it:{' '}
          <code>llm-boundary-audit why {route.id} FOLDER</code>, with the folder of the pod's record. Else
          look at the ID: it is in the header <code>llm-boundary-decision</code> of the refusal.
        </Empty>
      ) : null}
      {failure === null || isGone ? null : (
        <Problem failure={failure} isStale={data !== null} again={again} />
      )}
      {data === null ? failure === null ? <Loading what="the decision" /> : null : <Why decision={data} />}
    </>
  );
}

/** The first sentence: what happened, and through which rule. */
function sentence({ exchange, steps }: Decision): string {
  const hits = steps.flatMap((step) => step.hits);
  const [first] = hits.filter((hit) => hit.mode === 'enforce' && hit.action === exchange.verdict);
  const by = first === undefined ? '' : ` by ${first.rule} of ${first.control}`;
  switch (exchange.verdict) {
    case 'allow':
      return exchange.observed
        ? 'Allowed. A rule in observe would have changed it.'
        : 'Allowed: no rule applied.';
    case 'redact':
      return `Let through with redactions${by}.`;
    case 'block':
      return `Refused${by}${exchange.code === null ? '' : `, with the code ${exchange.code}`}.`;
    case 'pass':
      return 'Passed without inspection, because the policy lists the route or port.';
    default:
      return exchange.verdict satisfies never;
  }
}

/** A stream whose last line is that of its reply has no outcome of its own, though it ended. */
function answerText({ status, outcome, endMs }: Decision['exchange']): string {
  const how = outcome?.replaceAll('_', ' ') ?? (endMs === null ? 'not ended' : null);
  return [status ?? '–', how].filter((each) => each !== null).join(', ');
}

function Why({ decision }: { readonly decision: Decision }): JSX.Element {
  const { exchange, tokens, steps, namespace, asked, isPolicyNow } = decision;
  const nowMs = exchange.endMs ?? exchange.startMs;
  return (
    <>
      <p class="answer">
        <Mark tone={toneOfOutcome(exchange.verdict)}>{exchange.verdict}</Mark> {sentence(decision)}
      </p>
      <Facts
        entries={[
          [
            'Started',
            <time class="long" dateTime={new Date(exchange.startMs).toISOString()}>
              {moment(exchange.startMs)}
            </time>,
          ],
          ['Request', <span class="code">{`${exchange.method} ${exchange.path}`}</span>],
          exchange.host === null ? null : ['Host', <span class="code">{exchange.host}</span>],
          ['Protocol', exchange.dialect],
          ['Model', exchange.model ?? '–'],
          ['Tools', exchange.tools.join(', ') || 'none'],
          ['Caller', exchange.caller === null ? 'not verified' : <span class="code">{exchange.caller}</span>],
          exchange.tainted === null
            ? null
            : [
                'Context',
                exchange.tainted ? 'holds text that neither the workload nor the caller wrote' : 'trusted',
              ],
          ['Answer', answerText(exchange)],
          [
            'Time',
            `${duration(exchange.boundaryMs)} in the boundary, ${duration(exchange.restMs)} in model, network and client`,
          ],
          [
            'Tokens',
            `${tokens.input === null ? '–' : number(tokens.input)} in, ${tokens.output === null ? '–' : number(tokens.output)} out`,
          ],
          exchange.policy === null
            ? null
            : [
                'Policy',
                <>
                  <a href={`#/policy/${path(namespace, exchange.policy.name)}${query({ asked })}`}>
                    {exchange.policy.name}
                  </a>
                  , generation {exchange.policy.generation},{' '}
                  <span class="code">{exchange.policy.sha256.slice(0, 12)}</span>
                  {isPolicyNow === false ? ': it has changed since, and the page shows the new one' : ''}
                </>,
              ],
          ['Pod', <span class="code">{exchange.pod}</span>],
        ]}
      />
      <Section
        id="steps"
        title="Step by step"
        note={
          <>
            Each step is one line of the signed record, which proves it:{' '}
            <code>llm-boundary-audit why {exchange.id} FOLDER</code>, with the folder of the pod's record.
          </>
        }
      >
        <ol class="steps">
          {steps.map((step, at) => (
            <Step key={at} at={at + 1} step={step} nowMs={nowMs} />
          ))}
        </ol>
      </Section>
    </>
  );
}

const STEP_TEXTS: Readonly<Record<DecisionStep['kind'], string>> = {
  ingress: 'Ingress: may the request reach the model?',
  egress: 'Egress: may the reply leave?',
  action: 'Action: may the tool be called, the host be dialled?',
  retry: 'Retry: the request was sent again',
  close: 'Close: the exchange ended',
};

function Step({
  at,
  step,
  nowMs,
}: {
  readonly at: number;
  readonly step: DecisionStep;
  readonly nowMs: number;
}): JSX.Element {
  const hits: readonly Hit[] = step.hits;
  return (
    <li>
      <h3>{STEP_TEXTS[step.kind]}</h3>
      <p class="step-line">
        <Mark tone={toneOfOutcome(step.verdict)}>{step.verdict}</Mark>
        <time dateTime={new Date(step.timeMs).toISOString()}>{clock(step.timeMs, nowMs)}</time>
        {step.code === null ? null : <span class="code">{step.code}</span>}
        {step.status === null ? null : <span>status {step.status}</span>}
        <span class="place">
          {step.record === null ? (
            'not on the record'
          ) : (
            <>
              line {number(step.record.seq)} of <span class="code">{step.record.log}</span>
            </>
          )}
        </span>
      </p>
      {hits.length === 0 ? null : (
        <HitTable caption={`Rules that applied in step ${at}, ${step.kind}`} hits={hits} />
      )}
      {step.moreHits === 0 ? null : <p class="note">{counted(step.moreHits, 'further hit')}, not listed.</p>}
    </li>
  );
}
