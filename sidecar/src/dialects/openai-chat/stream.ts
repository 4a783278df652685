import type { Refusal } from '../../exchange/index.ts';
import type { StreamCall } from '../dialect.ts';
import type { Place } from '../json/index.ts';
import type { Choice, ChoicePiece } from '../openai/choice.ts';
import type { ChoiceProtocol } from '../openai/choice-stream.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { Repeats } from '../openai/repeats.ts';
import { labelOf, objectOf } from '../openai/tolerant.ts';
import { refusalMessage } from '../refusal-message.ts';
import { readWords } from './content.ts';
import { callPieces } from './streamed-call.ts';

/** The chunks of a chat completion. */
export const CHUNKS: ChoiceProtocol = {
  object: 'chat.completion.chunk',
  read,
  closing: (refusal: Refusal, silent: boolean) => ({
    delta: { ...(silent ? { role: 'assistant', content: '' } : {}), refusal: refusalMessage(refusal) },
  }),
};

/** Some servers write `message`, as in a whole reply. */
const SAYING = ['delta', 'message'] as const;

function read(place: Place, choice: Choice, index: number): ChoicePiece {
  const finishReason = labelOf(place, 'finish_reason');
  const repeats = new Repeats();
  repeats.take(place);
  const forks = choice.numbered(index);
  const calls: StreamCall[] = [];
  const ended: string[] = [];
  for (const member of SAYING) {
    const delta = objectOf(place, member);
    if (delta === null) continue;
    readWords(delta);
    const audio = objectOf(delta, 'audio');
    if (audio !== null) repeats.mirrors.push(...mirrorsOf(audio, 'data'));
    for (const piece of callPieces(delta, member === 'delta' ? '' : 'message/')) {
      const added = choice.call(index, piece);
      calls.push(...added.calls);
      ended.push(...added.ended);
    }
  }
  return {
    choice,
    pointer: place.pointer,
    index,
    running: SAYING.map((member) => `${place.pointer}/${member}/`),
    forks,
    calls,
    ended,
    repeats,
    finishReason: finishReason === '' ? null : finishReason,
  };
}
