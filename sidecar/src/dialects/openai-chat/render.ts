import type { Prompt, Refusal, Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { NO_USAGE, usageObject } from '../openai/usage.ts';
import { refusalMessage } from '../refusal-message.ts';

/**
 * How a whole reply that is withheld ends. Where the request asked for JSON of a schema, it ends as the provider's own refusals do there: with `stop`, and with the
 * reason in `refusal`. The official SDKs raise an error without a status at `content_filter`, which loops around them take for a broken
 * connection and send the request again, six times.
 */
function finishReasonOf({ isStructured = false }: Pick<Prompt, 'isStructured'>): 'stop' | 'content_filter' {
  return isStructured ? 'stop' : 'content_filter';
}

/** A whole completion that says in `refusal` why it has no content. */
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
