import type { Refusal } from '../../exchange/index.ts';
import type { StreamCall } from '../dialect.ts';
import type { Place } from '../json/index.ts';
import type { CallPiece, Choice, ChoicePiece } from '../openai/choice.ts';
import type { ChoiceProtocol } from '../openai/choice-stream.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { Repeats } from '../openai/repeats.ts';
import { refusalMessage } from '../refusal-message.ts';

/** The chunks of a chat completion. */
export const CHUNKS: ChoiceProtocol = {
  object: 'chat.completion.chunk',
  read,
  closing: (refusal: Refusal, silent: boolean) => ({
    delta: { ...(silent ? { role: 'assistant', content: '' } : {}), refusal: refusalMessage(refusal) },
  }),
};

function read(place: Place, choice: Choice): ChoicePiece {
  const finishReason = place.label('finish_reason');
  const repeats = new Repeats();
  repeats.take(place);
  const calls: StreamCall[] = [];
  const ended: string[] = [];
  const delta = place.object('delta');
  if (delta !== null) {
    readTexts(delta);
    const audio = delta.object('audio');
    if (audio !== null) repeats.mirrors.push(...mirrorsOf(audio, 'data'));
    for (const piece of callPieces(delta)) {
      const added = choice.call(piece);
      calls.push(...added.calls);
      ended.push(...added.ended);
    }
  }
  return {
    choice,
    pointer: place.pointer,
    running: `${place.pointer}/delta/`,
    calls,
    ended,
    repeats,
    finishReason,
  };
}

/** Each a running text. What servers add to these is swept up as one, too. */
function readTexts(delta: Place): void {
  delta.label('role');
  delta.text('content', 'assistant', 'content');
  delta.text('reasoning_content', 'assistant', 'reasoning');
  delta.text('reasoning', 'assistant', 'reasoning');
  delta.text('refusal', 'assistant', 'refusal');
  delta.object('audio')?.text('transcript', 'assistant', 'content');
  delta.leaves('annotations', 'document', 'citation');
}

function callPieces(delta: Place): readonly CallPiece[] {
  const pieces = delta.objects('tool_calls').map((call) => {
    call.label('id');
    call.label('type');
    const index = call.count('index');
    if (index === null) throw call.malformed('index', 'a whole number is required');
    const key = `tool_calls/${index}`;
    const custom = call.object('custom');
    if (custom !== null) return customPiece(key, call, custom);
    return functionPiece(key, call, call.object('function'));
  });
  const legacy = delta.object('function_call');
  return legacy === null ? pieces : [...pieces, functionPiece('function_call', legacy, legacy)];
}

function functionPiece(key: string, call: Place, called: Place | null): CallPiece {
  const text = called?.piece('arguments') ?? null;
  return {
    key,
    at: call.pointer,
    name: called?.label('name') ?? null,
    text: text ?? '',
    pointer: text === null || called === null ? null : called.at('arguments'),
    custom: false,
  };
}

function customPiece(key: string, call: Place, custom: Place): CallPiece {
  const text = custom.text('input', 'assistant', 'tool_arguments') ?? '';
  return { key, at: call.pointer, name: custom.label('name'), text, pointer: null, custom: true };
}
