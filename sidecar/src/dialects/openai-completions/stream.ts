import type { ChoiceProtocol } from '../openai/choice-stream.ts';
import { mirrorsOf } from '../openai/mirrors.ts';

/** The chunks of a completion, which look like the whole. Every text of a choice goes on from chunk to chunk. */
export const CHUNKS: ChoiceProtocol = {
  object: 'text_completion',
  read: (place, choice) => {
    const finishReason = place.label('finish_reason');
    place.text('text', 'assistant', 'content');
    place.text('reasoning', 'assistant', 'reasoning');
    const mirrors = mirrorsOf(place, 'logprobs', 'prompt_logprobs', 'token_ids', 'prompt_token_ids');
    return {
      choice,
      pointer: place.pointer,
      running: `${place.pointer}/`,
      calls: [],
      ended: [],
      mirrors,
      finishReason,
    };
  },
  closing: () => ({ text: '' }),
};
