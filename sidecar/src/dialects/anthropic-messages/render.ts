import { REFUSALS, type Prompt, type Refusal, type Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { refusalMessage } from '../refusal-message.ts';

/** https://docs.anthropic.com/en/api/errors: one type per status; SDKs choose the error class by the status. */
const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'overloaded_error',
} as const;

/**
 * The official SDK exposes `details.error_code` as `errorCode`; `code` is for readers of the body. At this one code of the API's own, the
 * SDKs' threads and tool runners continue without a thread.
 */
function detailsOf({ code, unsupported }: Refusal): Readonly<Record<string, unknown>> {
  return unsupported === 'thread'
    ? { error_code: 'thread_unsupported_request', unsupported: [unsupported] }
    : { error_code: code };
}

function errorBody(refusal: Refusal): Readonly<Record<string, unknown>> {
  return {
    type: 'error',
    error: {
      type: ERROR_TYPES[REFUSALS[refusal.code].status],
      message: refusalMessage(refusal),
      code: refusal.code,
      details: detailsOf(refusal),
    },
    request_id: refusal.decision,
  };
}

export function refuse(refusal: Refusal): RenderedResponse {
  return {
    status: REFUSALS[refusal.code].status,
    contentType: 'application/json',
    body: JSON.stringify(errorBody(refusal)),
  };
}

function stopDetails(refusal: Refusal): object {
  return {
    type: 'refusal',
    category: null,
    explanation: `${refusalMessage(refusal)} (${refusal.code})`,
  };
}

function emptyMessage(refusal: Refusal, model: string | null): Readonly<Record<string, unknown>> {
  return {
    id: `msg_${refusal.decision}`,
    type: 'message',
    role: 'assistant',
    model: model ?? '',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 0, output_tokens: 0 },
  };
}

/** A message without content that ends with `stop_reason: "refusal"`, as the provider's own refusals do. */
export function withhold(refusal: Refusal, prompt: Prompt, usage?: Usage): RenderedResponse {
  return {
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify({
      ...emptyMessage(refusal, prompt.model),
      stop_reason: 'refusal',
      stop_details: stopDetails(refusal),
      usage: { input_tokens: usage?.inputTokens ?? 0, output_tokens: usage?.outputTokens ?? 0 },
    }),
  };
}

function event(type: string, data: Readonly<Record<string, unknown>> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** The Node SDK throws on the event's name, the Python SDK too. */
export function errorEvent(refusal: Refusal): string {
  return event('error', errorBody(refusal));
}

export function messageStart(refusal: Refusal, model: string | null): string {
  return event('message_start', { message: emptyMessage(refusal, model) });
}

export function blockStop(index: number): string {
  return event('content_block_stop', { index });
}

/** SDKs ignore it at any position. */
export function ping(): string {
  return 'event: ping\ndata: {"type": "ping"}\n\n';
}

/** The Node SDK reads `usage.output_tokens` without checking that it is present. */
export function refusalDelta(refusal: Refusal, outputTokens: number): string {
  return event('message_delta', {
    delta: { stop_reason: 'refusal', stop_sequence: null, stop_details: stopDetails(refusal) },
    usage: { output_tokens: outputTokens },
  });
}

export function messageStop(): string {
  return event('message_stop');
}
