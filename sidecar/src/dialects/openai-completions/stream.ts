import type { ChoiceProtocol } from '../openai/choice-stream.ts';
import { Repeats } from '../openai/repeats.ts';

/** The chunks of a completion, which look like the whole. Every text of a choice goes on from chunk to chunk. */
export const CHUNKS: ChoiceProtocol = {
  object: 'text_completion',
  read: (place, choice) => {
    const finishReason = place.label('finish_reason');
    place.text('text', 'assistant', 'content');
    place.text('reasoning', 'assistant', 'reasoning');
    const repeats = new Repeats();
    repeats.take(place, 'prompt_logprobs');
    return {
      choice,
      pointer: place.pointer,
      running: `${place.pointer}/`,
      calls: [],
      ended: [],
      repeats,
      finishReason,
    };
  },
  closing: () => ({ text: '' }),
};
