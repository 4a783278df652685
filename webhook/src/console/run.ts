import type { ApiProblem } from './api.ts';

/** How work that users share ended: with an answer, or refused before or within a limit. */
export type Run<T> = { readonly kind: 'answered'; readonly answer: T } | RefusedRun;

export interface RefusedRun {
  readonly kind: 'refused';
  readonly error: Extract<ApiProblem['error'], 'bad_request' | 'too_often' | 'unavailable'>;
  /** A sentence for people. */
  readonly message: string;
}

export function refused(error: RefusedRun['error'], message: string): RefusedRun {
  return { kind: 'refused', error, message };
}
