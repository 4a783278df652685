import { REFUSALS, type Refusal } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { refusalMessage } from '../refusal-message.ts';

/** These servers return an error as one string, and some clients choose their exception by `error_type`. */
export function errorBody(refusal: Refusal): object {
  return {
    error: `${refusal.code}: ${refusalMessage(refusal)}`,
    error_type: errorType(REFUSALS[refusal.code].status),
    code: refusal.code,
  };
}

/** Error types of TGI, by which its clients choose an exception. */
function errorType(status: number): string {
  if (status === 429) return 'overloaded';
  return status >= 500 ? 'generation' : 'validation';
}

export function refuse(refusal: Refusal): RenderedResponse {
  return rendered(REFUSALS[refusal.code].status, errorBody(refusal));
}
