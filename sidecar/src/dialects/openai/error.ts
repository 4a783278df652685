import { REFUSALS, type Refusal } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { refusalMessage } from '../refusal-message.ts';

interface ErrorObject {
  readonly message: string;
  readonly type: string;
  readonly param: null;
  readonly code: string;
}

/** https://platform.openai.com/docs/guides/error-codes: SDKs choose the class by the status and show `code` and `type`. */
export function errorObject(refusal: Refusal): ErrorObject {
  return {
    message: refusalMessage(refusal),
    type: errorType(REFUSALS[refusal.code].status),
    param: null,
    code: refusal.code,
  };
}

export function refuse(refusal: Refusal): RenderedResponse {
  return rendered(REFUSALS[refusal.code].status, { error: errorObject(refusal) });
}

/** A frame at which the official SDKs raise an error. */
export function errorFrame(refusal: Refusal): string {
  return dataFrame({ error: errorObject(refusal) });
}

export function dataFrame(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function rendered(status: number, body: object): RenderedResponse {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

function errorType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
