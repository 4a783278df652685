import type { Prompt, Refusal, Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { NO_USAGE, usageObject } from '../openai/usage.ts';
import { refusalMessage } from '../refusal-message.ts';

/**
 * The finish reason of a withheld whole reply. If the request asked for JSON of a schema, as the provider's own refusals: `stop`, with the
 * reason in `refusal`. At `content_filter` the official SDKs raise an error without a status, which agent loops treat as a broken
 * connection and retry six times.
 */
function finishReasonOf({ isStructured = false }: Pick<Prompt, 'isStructured'>): 'stop' | 'content_filter' {
  return isStructured ? 'stop' : 'content_filter';
}

/** A whole completion with the reason in `refusal` in place of content. */
export function withhold(refusal: Refusal, prompt: Prompt, usage: Usage = NO_USAGE): RenderedResponse {
  const message = { role: 'assistant', content: null, refusal: refusalMessage(refusal) };
  return rendered(200, {
    id: `chatcmpl-${refusal.decision}`,
    object: 'chat.completion',
    created: 0,
    model: prompt.model ?? '',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasonOf(prompt) }],
    usage: usageObject(usage),
  });
}
