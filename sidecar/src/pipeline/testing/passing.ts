import { expect } from '@jest/globals';

import { replayExchange, type Traffic } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

/** Every tool may be called, media may pass, and output is scanned. */
const POLICY = policyOf(
  'ingress: { media: { action: allow } }\naction: { default: allow }\negress: { pii: { action: redact } }',
);

/** A stream: its frames, joined. */
export function sse(data: unknown, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export function lines(...values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

type Replayed = Pick<Traffic, 'path' | 'request' | 'response' | 'contentType' | 'status'>;

/** The client gets the reply as sent, or `received` if that is equivalent in other bytes. */
export function expectPassed(traffic: Replayed, received: string | null = null): void {
  const { response } = traffic;
  const evaluated = replayExchange({ method: 'POST', ...traffic }, POLICY);
  const [request, reply] = [evaluated.request, evaluated.reply].map((verdict) =>
    verdict === null || verdict === 'pass' ? verdict : { kind: verdict.kind, ...detailOf(verdict) },
  );
  expect({ request, reply }).toEqual({ request: { kind: 'allow' }, reply: { kind: 'allow' } });
  const sent = typeof response === 'string' ? response : JSON.stringify(response);
  expect(evaluated.received?.body).toBe(received ?? sent);
}

/** The request is forwarded. */
export function expectTaken(path: string, request: object): void {
  const { request: verdict } = replayExchange({ method: 'POST', path, request, response: null }, POLICY);
  expect(verdict === 'pass' ? verdict : { kind: verdict.kind, ...detailOf(verdict) }).toEqual({
    kind: 'allow',
  });
}

function detailOf(verdict: object): object {
  return 'detail' in verdict ? { detail: verdict.detail } : {};
}
