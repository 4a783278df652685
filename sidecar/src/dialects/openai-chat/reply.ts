import type { Reply, ToolCall } from '../../exchange/index.ts';
import { BodyReader, isArray, type JsonObject, type Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { Repeats } from '../openai/repeats.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';
import { readFunctionCall, readToolCalls } from './tool-calls.ts';

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const model = root.label('model');
  const repeats = new Repeats();
  repeats.take(root, 'prompt_logprobs');
  const finishReasons: string[] = [];
  const calls = root.requiredObjects('choices').flatMap((choice) => {
    const reason = choice.label('finish_reason');
    if (reason !== null) finishReasons.push(reason);
    repeats.take(choice);
    return readMessage(choice.requiredObject('message'), repeats.mirrors);
  });
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  const { mirrors, unreadable } = repeats;
  const segments = [...reader.segments, ...repeats.segments()];
  return { model, segments, calls, usage, finishReasons, mirrors, unreadable };
}

function readMessage(message: Place, mirrors: string[]): readonly ToolCall[] {
  message.label('role');
  // What kinds of parts servers send is theirs to choose: the sweep reads what is not text.
  if (isArray(message.get('content'))) {
    const run = message.at('content');
    for (const part of message.objects('content')) part.text('text', 'assistant', 'content', run);
  } else message.text('content', 'assistant', 'content');
  message.text('reasoning_content', 'assistant', 'reasoning');
  message.text('reasoning', 'assistant', 'reasoning');
  message.text('refusal', 'assistant', 'refusal');
  message.leaves('annotations', 'document', 'citation');
  const audio = message.object('audio');
  if (audio !== null) {
    audio.text('transcript', 'assistant', 'content');
    mirrors.push(...mirrorsOf(audio, 'data'));
  }
  return [...readToolCalls(message), ...readFunctionCall(message)];
}
