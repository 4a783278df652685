import { REFUSALS, type Prompt, type Refusal, type RefusalCode, type Usage } from '../../exchange/index.ts';
import type { Framing, RenderedResponse } from '../dialect.ts';
import { refusalMessage } from '../refusal-message.ts';

/** `google.rpc.Code` by status, https://cloud.google.com/apis/design/errors. */
const STATUSES = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
} as const;

/** Codes with a `FinishReason` of the API of their own; all others use `SAFETY`. */
const FINISH_REASONS: Readonly<Partial<Record<RefusalCode, string>>> = {
  sensitive_output: 'SPII',
  tool_not_allowed: 'UNEXPECTED_TOOL_CALL',
};

/** The Node SDK throws on it in streams too, if `code` is from 400 to 599; the message keeps the whole body. */
export function errorBody(refusal: Refusal): string {
  const { status } = REFUSALS[refusal.code];
  return JSON.stringify({
    error: {
      code: status,
      message: refusalMessage(refusal),
      status: STATUSES[status],
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: refusal.code.toUpperCase(),
          domain: 'llm-boundary.io',
          metadata: { code: refusal.code, decision: refusal.decision },
        },
      ],
    },
  });
}

export function refuse(refusal: Refusal): RenderedResponse {
  return {
    status: REFUSALS[refusal.code].status,
    contentType: 'application/json',
    body: errorBody(refusal),
  };
}

/** Token counts in the API's form. */
export type UsageMetadata = Readonly<Record<string, number>>;

/** Some clients reject a reply without it. */
export const NO_TOKENS: UsageMetadata = { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 };

function countsOf(usage: Usage | undefined): UsageMetadata {
  const [prompt, candidates] = [usage?.inputTokens ?? 0, usage?.outputTokens ?? 0];
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates,
  };
}

/** A reply or chunk in which the given candidates end without content. */
export function endedCandidates(
  refusal: Refusal,
  indexes: readonly number[],
  model: string | null,
  usage: UsageMetadata,
): string {
  return JSON.stringify({
    candidates: indexes.map((index) => ({
      index,
      finishReason: FINISH_REASONS[refusal.code] ?? 'SAFETY',
      finishMessage: `${refusalMessage(refusal)} (${refusal.code})`,
    })),
    usageMetadata: usage,
    ...(model === null ? {} : { modelVersion: model }),
  });
}

/** Vectors and counts have no refusal format: an error withholds them. */
export function withhold(refusal: Refusal, prompt: Prompt, usage?: Usage): RenderedResponse {
  if (prompt.operation === 'embeddings') return refuse(refusal);
  const indexes = Array.from({ length: Math.max(1, prompt.choices ?? 1) }, (_, index) => index);
  return {
    status: 200,
    contentType: 'application/json',
    body: endedCandidates(refusal, indexes, prompt.model, countsOf(usage)),
  };
}

/** The last chunk of a stream. An array must be opened if nothing was sent, and closed. */
export function lastChunk(chunk: string, framing: Framing, isFirst: boolean): string {
  if (framing === 'sse') return `data: ${chunk}\n\n`;
  return `${isFirst ? '[' : ','}${chunk}]`;
}
