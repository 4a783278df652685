import type { ChoiceProtocol } from '../openai/choice-stream.ts';
import { Repeats } from '../openai/repeats.ts';
import { labelOf, wordsOf } from '../openai/tolerant.ts';

/** The chunks of a completion, in the form of the whole. Every text of a choice continues from chunk to chunk. */
export const CHUNKS: ChoiceProtocol = {
  object: 'text_completion',
  read: (place, choice, index) => {
    const finishReason = labelOf(place, 'finish_reason');
    wordsOf(place, 'text', 'assistant', 'content');
    wordsOf(place, 'reasoning', 'assistant', 'reasoning');
    const repeats = new Repeats();
    repeats.take(place, 'prompt_logprobs');
    return {
      choice,
      pointer: place.pointer,
      index,
      running: [`${place.pointer}/`],
      forks: choice.numbered(index),
      calls: [],
      ended: [],
      repeats,
      finishReason: finishReason === '' ? null : finishReason,
    };
  },
  closing: () => ({ text: '' }),
};
