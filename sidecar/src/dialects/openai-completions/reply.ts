import type { Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { Repeats } from '../openai/repeats.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const model = root.label('model');
  const repeats = new Repeats();
  const finishReasons: string[] = [];
  for (const choice of root.requiredObjects('choices')) {
    const reason = choice.label('finish_reason');
    if (reason !== null) finishReasons.push(reason);
    choice.requiredText('text', 'assistant', 'content');
    choice.text('reasoning', 'assistant', 'reasoning');
    repeats.take(choice, 'prompt_logprobs');
  }
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  const { mirrors, unreadable } = repeats;
  const segments = [...reader.segments, ...repeats.segments()];
  return { model, segments, calls: [], usage, finishReasons, mirrors, unreadable };
}
