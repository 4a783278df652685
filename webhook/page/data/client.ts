import { CONSOLE_HEADER, type ApiProblem } from '@llm-boundary/webhook/console/api';

import { takeEarly } from './early.ts';

/** What went wrong with a request. `offline`: no answer came. */
export interface Failure {
  readonly error: ApiProblem['error'] | 'offline';
  /** For people. */
  readonly message: string;
}

export type Answer<T> =
  { readonly kind: 'answered'; readonly body: T } | { readonly kind: 'failed'; readonly failure: Failure };

const OFFLINE: Failure = {
  error: 'offline',
  message: 'The console does not answer. Is the port-forward still running? The page tries again by itself.',
};

/** GET of a path of the API. Never rejects. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const early = await takeEarly(path);
  return send<T>(path, { method: 'GET', ...(signal === undefined ? {} : { signal }) }, early);
}

/** POST of a path of the API; `body` of an answer without one is null. Never rejects. */
export function post<T>(path: string, body: object): Promise<Answer<T>> {
  return send<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' },
    body: JSON.stringify(body),
  });
}

async function send<T>(path: string, init: RequestInit, early: Response | null = null): Promise<Answer<T>> {
  try {
    const response = early ?? (await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' }));
    const text = await response.text();
    if (response.ok) return { kind: 'answered', body: (text === '' ? null : JSON.parse(text)) as T };
    return { kind: 'failed', failure: failureOf(text, response.status) };
  } catch {
    return { kind: 'failed', failure: OFFLINE };
  }
}

function failureOf(text: string, status: number): Failure {
  try {
    const { error, message } = JSON.parse(text) as ApiProblem;
    return { error, message };
  } catch {
    // An Ingress answers in its own words.
    return { error: 'unavailable', message: `The console answered with status ${status}, and no reason.` };
  }
}
