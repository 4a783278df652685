import { REFUSALS, type Refusal, type Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { refusalMessage } from '../refusal-message.ts';

/** Where no line told a time. Clients of typed languages want one. */
const NO_TIME = '1970-01-01T00:00:00Z';

/**
 * Clients read `error` as a string and keep nothing else, so the code stands in it, before the first colon. In a stream, a line
 * such as this makes them throw.
 */
export function errorLine(refusal: Refusal): string {
  return JSON.stringify({ error: `${refusal.code}: ${refusalMessage(refusal)}`, code: refusal.code });
}

export function refuse(refusal: Refusal): RenderedResponse {
  const { status } = REFUSALS[refusal.code];
  return { status, contentType: 'application/json', body: errorLine(refusal) };
}

/** The member that carries the reply in each of the two APIs. */
export type Answer = 'message' | 'response';

/** A line of the boundary's own. */
export interface OwnLine {
  readonly answer: Answer;
  readonly model: string | null;
  readonly createdAt: string | null;
}

/**
 * `done: true` with `done_reason: "content_filter"`: clients take any reason, and without `done` they raise an error. The whole
 * reply, where nothing was sent before. `usage`: what the server has counted so far; clients add it up.
 */
export function lastLine(refusal: Refusal, line: OwnLine, usage: Usage): string {
  return JSON.stringify({
    ...nothing(line),
    done: true,
    done_reason: 'content_filter',
    code: refusal.code,
    prompt_eval_count: usage.inputTokens ?? 0,
    eval_count: usage.outputTokens ?? 0,
  });
}

/** Keeps a silent stream alive: clients read every line as JSON, so that a blank one would break them. */
export function emptyLine(line: OwnLine): string {
  return JSON.stringify({ ...nothing(line), done: false });
}

function nothing({ answer, model, createdAt }: OwnLine): object {
  return {
    model: model ?? '',
    created_at: createdAt ?? NO_TIME,
    ...(answer === 'message' ? { message: { role: 'assistant', content: '' } } : { response: '' }),
  };
}
