import type { ComponentChildren, JSX } from 'preact';

import type { Failure } from '../data/client.ts';
import { sentence } from '../text/sentence.ts';

export function Loading({ what }: { readonly what: string }): JSX.Element {
  return <p class="state">Loading {what}…</p>;
}

/** Nothing is there. `children`: why, and what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      <div class="state-text">{children}</div>
    </div>
  );
}

function adviceOf(failure: Failure): string {
  switch (failure.error) {
    case 'offline':
    case 'internal':
      return 'kubectl logs -n llm-boundary deploy/llm-boundary-console says more.';
    case 'not_found':
      return 'It may have ended, or it is in a namespace whose pods you may not list.';
    case 'no_session':
    case 'bad_token':
      return 'Sign in again with a new token.';
    case 'too_often':
      return 'Wait a minute.';
    case 'bad_request':
    case 'not_allowed':
    case 'too_large':
    case 'unavailable':
      return '';
    default:
      return failure.error satisfies never;
  }
}

/** A request that failed. Where older data are shown beside it, they are marked as such. */
export function Problem({
  failure,
  isStale = false,
  again,
}: {
  readonly failure: Failure;
  readonly isStale?: boolean;
  readonly again: () => void;
}): JSX.Element {
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{isStale ? 'What is shown is not current. ' : ''}</strong>
        {sentence(failure.message)} {adviceOf(failure)}
      </p>
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
