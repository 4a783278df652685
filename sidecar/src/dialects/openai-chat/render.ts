import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import { refusalMessage } from '../refusal-message.ts';

/** A whole completion that says in `refusal` why it has no content. */
export function withhold(refusal: Refusal, prompt: Prompt): RenderedResponse {
  const message = { role: 'assistant', content: null, refusal: refusalMessage(refusal) };
  return rendered(200, {
    id: `chatcmpl-${refusal.decision}`,
    object: 'chat.completion',
    created: 0,
    model: prompt.model ?? '',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'content_filter' }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
}
