import type { Policy, PolicyLayer } from '@llm-boundary/webhook/console/api-policies';
import type { JSX } from 'preact';

import { useAnswer } from '../data/use-answer.ts';
import { Diff } from '../parts/diff.tsx';
import { Facts } from '../parts/facts.tsx';
import { Section } from '../parts/section.tsx';
import { Loading, Problem } from '../parts/states.tsx';
import { Title } from '../parts/title.tsx';
import { Values } from '../parts/values.tsx';
import { counted } from '../text/count.ts';
import { path, query } from '../text/route.ts';

export interface PolicyRoute {
  readonly namespace: string;
  readonly name: string;
  readonly asked: string | null;
}

export function PolicyView({ route }: { readonly route: PolicyRoute }): JSX.Element {
  const { namespace, name, asked } = route;
  const { data, failure, again } = useAnswer<Policy>(
    `api/policies/${path(name)}${query({ namespace, asked })}`,
  );
  return (
    <>
      <Title text={`Policy ${name}`}>
        <p class="lead">
          As it holds for pods of {namespace}
          {asked === null ? '' : ` that ask for ${asked}`}
        </p>
      </Title>
      {failure === null ? null : <Problem failure={failure} again={again} />}
      {data === null ? failure === null ? <Loading what="the policy" /> : null : <Whole policy={data} />}
    </>
  );
}

function Whole({ policy }: { readonly policy: Policy }): JSX.Element {
  const { row, text, layers, values, shadowDiff, shadowProblem } = policy;
  return (
    <>
      <Facts
        entries={[
          ['Mode', row.mode ?? '–'],
          ['Pods', counted(row.pods, 'pod')],
          ['Shadow', row.shadow ?? 'none'],
          ['SHA-256', <span class="code wrap">{row.sha256 ?? '–'}</span>],
          row.problem === null ? null : ['Problem', row.problem],
          [
            'Lab',
            <a href={`#/lab${query({ namespace: row.namespace, policy: row.name })}`}>
              Edit a copy and try it
            </a>,
          ],
        ]}
      />
      <Section
        id="values"
        title="Who set what"
        note="The strictest of all layers holds. A layer can tighten what another one says, never loosen it."
      >
        <Values values={values} />
      </Section>
      <Section id="layers" title="Layers">
        {layers.length === 0 ? (
          <p class="note">None: nobody wrote a policy for these pods, and the built-in defaults hold.</p>
        ) : null}
        {layers.map((layer) => (
          <Layer key={`${layer.layer}/${layer.source ?? ''}`} layer={layer} />
        ))}
      </Section>
      {row.shadow === null && shadowDiff === null ? null : (
        <Section
          id="shadow"
          title="Difference to its shadow"
          note={
            shadowProblem ??
            `${row.shadow ?? 'The shadow'} is judged beside it, on live traffic, and changes nothing.`
          }
        >
          {shadowDiff === null ? (
            <p class="note">No difference.</p>
          ) : (
            <Diff label="Difference from the policy to its shadow" text={shadowDiff} />
          )}
        </Section>
      )}
      {text === null ? null : (
        <Section id="text" title="Effective policy">
          <details>
            <summary>Canonical form</summary>
            <pre role="region" aria-label="Canonical form of the effective policy" tabIndex={0}>
              {text}
            </pre>
          </details>
        </Section>
      )}
    </>
  );
}

function Layer({ layer }: { readonly layer: PolicyLayer }): JSX.Element {
  const title = `${layer.layer}: ${layer.source ?? 'built in'}`;
  return (
    <details open={layer.layer === 'workload'}>
      <summary>{title}</summary>
      {layer.text === null ? (
        <p class="note">Its text is in a namespace that you may not see. What it sets is listed above.</p>
      ) : (
        <pre role="region" aria-label={title} tabIndex={0}>
          {layer.text}
        </pre>
      )}
    </details>
  );
}
