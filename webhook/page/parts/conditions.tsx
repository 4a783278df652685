import type { Condition, ConditionsCell } from '@llm-boundary/webhook/console/api';
import type { JSX } from 'preact';

import { CONDITIONS, stateText, verdictText } from '../text/conditions.ts';
import { Mark, type Tone } from './mark.tsx';

function toneOf({ verdict, source }: ConditionsCell): Tone {
  if (source === 'pending') return 'quiet';
  switch (verdict) {
    case 'needed':
      return 'warn';
    case 'suffices':
      return 'good';
    case 'unknown':
      return 'quiet';
    default:
      return verdict satisfies never;
  }
}

export function Verdict({ cell }: { readonly cell: ConditionsCell }): JSX.Element {
  return <Mark tone={toneOf(cell)}>{verdictText(cell)}</Mark>;
}

const SIGNS: Readonly<Record<Condition['state'], string>> = { met: '✓', broken: '✕', unknown: '?' };

/** Four signs in a fixed order, with their words for readers of screens. */
export function ConditionStates({ states }: { readonly states: ConditionsCell['states'] }): JSX.Element {
  if (states === null) return <span class="none">not measured</span>;
  return (
    <span class="states">
      {CONDITIONS.map(({ name, text }, at) => {
        const state = states[at] ?? 'unknown';
        const title = `${text}: ${stateText(state)}`;
        return (
          <span key={name} class={`sign sign-${state}`} title={title}>
            <span aria-hidden="true">{SIGNS[state]}</span>
            <span class="hidden">{title}. </span>
          </span>
        );
      })}
    </span>
  );
}
