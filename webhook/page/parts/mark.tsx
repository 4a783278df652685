import type { ComponentChildren, JSX } from 'preact';

/** `good`, `bad`, `warn` are told by their words too: colour is never all that tells them apart. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'quiet';

export function Mark({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}): JSX.Element {
  return <span class={`mark mark-${tone}`}>{children}</span>;
}

export function toneOfOutcome(outcome: 'allow' | 'redact' | 'block' | 'pass'): Tone {
  switch (outcome) {
    case 'allow':
      return 'plain';
    case 'redact':
      return 'warn';
    case 'block':
      return 'bad';
    case 'pass':
      return 'quiet';
    default:
      return outcome satisfies never;
  }
}

export function toneOfAnchor(anchor: 'anchored' | 'silent' | 'none' | 'unknown'): Tone {
  switch (anchor) {
    case 'anchored':
      return 'good';
    case 'silent':
      return 'bad';
    case 'none':
      return 'quiet';
    case 'unknown':
      return 'warn';
    default:
      return anchor satisfies never;
  }
}
