import type { Reply, ToolCall } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { Repeats } from '../openai/repeats.ts';
import { labelOf, objectOf, partsOf } from '../openai/tolerant.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';
import { readWords } from './content.ts';
import { namedCalls, readCalls } from './tool-calls.ts';

/** An error of the server in place of a reply is a text-only body. @throws Malformed on a call without a name. */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const model = labelOf(root, 'model');
  const repeats = new Repeats();
  repeats.take(root, 'prompt_logprobs');
  const finishReasons: string[] = [];
  const calls = partsOf(root, 'choices').flatMap((choice) => {
    const reason = labelOf(choice, 'finish_reason');
    if (reason !== null && reason !== '') finishReasons.push(reason);
    repeats.take(choice);
    // Some servers write `delta`, as in a stream.
    return ['message', 'delta'].flatMap((member) => {
      const message = objectOf(choice, member);
      return message === null ? [] : readMessage(message, repeats.mirrors);
    });
  });
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  const { mirrors, unreadable } = repeats;
  const segments = [...reader.segments, ...repeats.segments()];
  const { media, references } = reader;
  return { model, segments, calls, usage, finishReasons, media, references, mirrors, unreadable };
}

function readMessage(message: Place, mirrors: string[]): readonly ToolCall[] {
  readWords(message);
  const audio = objectOf(message, 'audio');
  if (audio !== null) mirrors.push(...mirrorsOf(audio, 'data'));
  const calls = readCalls(message);
  for (const { pointer, name, arguments: text } of calls)
    if (name === null && text !== '') throw new Malformed(pointer, 'a call without a name');
  return namedCalls(calls);
}
