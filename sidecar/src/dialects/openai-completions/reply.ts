import type { Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { Repeats } from '../openai/repeats.ts';
import { labelOf, partsOf, wordsOf } from '../openai/tolerant.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';

/** An error of the server in place of a reply is a text-only body. @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const model = labelOf(root, 'model');
  const repeats = new Repeats();
  const finishReasons: string[] = [];
  for (const choice of partsOf(root, 'choices')) {
    const reason = labelOf(choice, 'finish_reason');
    if (reason !== null && reason !== '') finishReasons.push(reason);
    wordsOf(choice, 'text', 'assistant', 'content');
    wordsOf(choice, 'reasoning', 'assistant', 'reasoning');
    repeats.take(choice, 'prompt_logprobs');
  }
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  const { mirrors, unreadable } = repeats;
  const segments = [...reader.segments, ...repeats.segments()];
  return { model, segments, calls: [], usage, finishReasons, mirrors, unreadable };
}
