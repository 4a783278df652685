import { REFUSALS, type Refusal } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { refusalMessage } from '../refusal-message.ts';

/** These servers say an error in one string, and some clients choose their exception by `error_type`. */
export function errorBody(refusal: Refusal): object {
  return {
    error: `${refusal.code}: ${refusalMessage(refusal)}`,
    error_type: REFUSALS[refusal.code].status === 429 ? 'overloaded' : 'validation',
    code: refusal.code,
  };
}

export function refuse(refusal: Refusal): RenderedResponse {
  return rendered(REFUSALS[refusal.code].status, errorBody(refusal));
}
