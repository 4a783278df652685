import type { Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const model = root.label('model');
  const mirrors: string[] = [];
  const finishReasons: string[] = [];
  for (const choice of root.requiredObjects('choices')) {
    const reason = choice.label('finish_reason');
    if (reason !== null) finishReasons.push(reason);
    choice.requiredText('text', 'assistant', 'content');
    choice.text('reasoning', 'assistant', 'reasoning');
    mirrors.push(...mirrorsOf(choice, 'logprobs', 'prompt_logprobs', 'token_ids', 'prompt_token_ids'));
  }
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  return { model, segments: reader.segments, calls: [], usage, finishReasons, mirrors };
}
