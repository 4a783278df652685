import type { Prompt, Refusal, Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { NO_USAGE, usageObject } from '../openai/usage.ts';

/** A whole completion without text; the format has no field for the reason. */
export function withhold(refusal: Refusal, prompt: Prompt, usage: Usage = NO_USAGE): RenderedResponse {
  return rendered(200, {
    id: `cmpl-${refusal.decision}`,
    object: 'text_completion',
    created: 0,
    model: prompt.model ?? '',
    choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'content_filter' }],
    usage: usageObject(usage),
  });
}
