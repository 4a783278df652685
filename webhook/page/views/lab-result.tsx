import type { LabAnswer, LabProblem } from '@llm-boundary/webhook/console/api-policies';
import type { JSX } from 'preact';

import { HitTable } from '../parts/hits.tsx';
import { Mark, toneOfOutcome } from '../parts/mark.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Values } from '../parts/values.tsx';
import { counted, number } from '../text/count.ts';

interface Props {
  readonly answer: LabAnswer;
  /** What was checked is not what stands above any more. */
  readonly isStale: boolean;
  readonly onGoTo: (line: number, column: number) => void;
  /** The same in the pasted exchanges. */
  readonly onGoToTraffic: (line: number, column: number) => void;
}

export function LabResult({ answer, isStale, onGoTo, onGoToTraffic }: Props): JSX.Element {
  const { problems, warnings, sha256, values, text } = answer;
  return (
    <>
      <Section id="check" title="Check">
        {isStale ? <p class="note">What stands above has changed since this check.</p> : null}
        {problems.length === 0 ? (
          <p class="answer">
            <Mark tone="good">valid</Mark> SHA-256 <span class="code">{sha256?.slice(0, 12) ?? '–'}</span>
          </p>
        ) : (
          <p class="answer">
            <Mark tone="bad">invalid</Mark> {counted(problems.length, 'problem')}
          </p>
        )}
        <Issues issues={problems} what="Problems" onGoTo={onGoTo} />
        <Issues issues={warnings} what="Warnings" onGoTo={onGoTo} />
      </Section>
      <Replays answer={answer} onGoTo={onGoToTraffic} />
      <Shapes answer={answer} />
      {text === null ? null : (
        <Section id="lab-values" title="Who set what">
          <Values values={values} />
        </Section>
      )}
    </>
  );
}

function Issues({
  issues,
  what,
  onGoTo,
}: {
  readonly issues: readonly LabProblem[];
  readonly what: string;
  readonly onGoTo: Props['onGoTo'];
}): JSX.Element | null {
  if (issues.length === 0) return null;
  return (
    <Table
      caption={what}
      isCaptionShown
      rows={issues}
      keyOf={(_, at) => String(at)}
      columns={[
        {
          head: 'Line and column',
          cell: ({ line, column }) =>
            line === null ? (
              'the document'
            ) : (
              <button type="button" class="link" onClick={() => onGoTo(line, column ?? 1)}>
                {line}:{column ?? 1}
              </button>
            ),
        },
        { head: 'Key', cell: ({ path }) => <span class="code">{path || '–'}</span> },
        { head: 'Problem', cell: ({ message }) => message },
      ]}
    />
  );
}

function Replays({ answer, onGoTo }: Pick<Props, 'answer' | 'onGoTo'>): JSX.Element | null {
  const { replayed, trafficProblem } = answer;
  if (replayed.length === 0 && trafficProblem === null) return null;
  return (
    <Section id="replay" title="Pasted exchanges">
      {trafficProblem === null ? null : (
        <Issues issues={[trafficProblem]} what="Problems of the pasted exchanges" onGoTo={onGoTo} />
      )}
      {replayed.map(({ name, dialect, request, reply, code, detail, hits, unmet }, at) => (
        <div key={at} class="replay">
          <h3>{name}</h3>
          <p class="step-line">
            <span>
              request <Mark tone={toneOfOutcome(request)}>{request}</Mark>
            </span>
            {reply === null ? null : (
              <span>
                reply <Mark tone={toneOfOutcome(reply)}>{reply}</Mark>
              </span>
            )}
            {code === null ? null : <span class="code">{code}</span>}
            <span class="place">{dialect ?? 'no protocol reads this route'}</span>
          </p>
          {detail === null ? null : <p class="note">{detail}</p>}
          {unmet.map((each) => (
            <p key={each} class="field-problem">
              Not as expected: {each}
            </p>
          ))}
          {hits.length === 0 ? (
            <p class="note">No rule applied.</p>
          ) : (
            <HitTable caption={`Rules that applied to exchange ${at + 1}`} hits={hits} />
          )}
        </div>
      ))}
    </Section>
  );
}

function Shapes({ answer }: { readonly answer: LabAnswer }): JSX.Element | null {
  const { shapes, shapesNote } = answer;
  if (shapes.length === 0 && shapesNote === null) return null;
  return (
    <Section id="shapes" title="Shapes of the last exchanges" note={shapesNote ?? undefined}>
      {shapes.length === 0 ? null : (
        <Table
          caption="Shapes of the last exchanges under this policy"
          rows={shapes}
          keyOf={(_, at) => String(at)}
          columns={[
            {
              head: 'Route',
              cell: ({ method, path, dialect }) => (
                <>
                  <span class="code">{`${method} ${path}`}</span>
                  <span class="below">{dialect}</span>
                </>
              ),
            },
            { head: 'Model or host', cell: ({ model, host }) => model ?? host ?? '–' },
            { head: 'Tools', cell: ({ tools }) => <span class="code">{tools.join(', ') || '–'}</span> },
            { head: 'Exchanges', isNumber: true, cell: ({ exchanges }) => number(exchanges) },
            { head: 'Were blocked', isNumber: true, cell: ({ blocked }) => number(blocked) },
            {
              head: 'Under this policy',
              cell: ({ verdict, code }) => (
                <>
                  <Mark tone={toneOfOutcome(verdict)}>{verdict}</Mark>
                  {code === null ? null : <span class="below code">{code}</span>}
                </>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
