import type { Reply, Usage } from '../../exchange/index.ts';
import { BodyReader, isObject, type JsonObject, type Place } from '../json/index.ts';
import { ToolResults } from '../tool-results.ts';
import { readContent, type Gathered, type Voice } from './content.ts';

export const MODEL_VOICE: Voice = { origin: 'assistant', channel: 'content' };

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const gathered: Gathered = { calls: [], offers: [], results: new ToolResults() };
  const finishReasons: string[] = [];
  let usage: Usage;
  if (isCount(root)) {
    usage = readUsage(root);
  } else {
    // Without content it is an error of the server, or another text-only body: the client reads it.
    readContent(root, 'content', MODEL_VOICE, gathered);
    usage = readUsage(root.object('usage'));
    const reason = root.label('stop_reason');
    if (reason !== null) finishReasons.push(reason);
  }
  const model = root.label('model');
  readContainer(root);
  reader.sweep('assistant');
  const { segments, media, references } = reader;
  return {
    ...{ model, segments, calls: gathered.calls, usage, finishReasons },
    ...(media.length === 0 ? {} : { media }),
    ...(references.length === 0 ? {} : { references }),
  };
}

/** `count_tokens` returns a number instead of a message. */
function isCount(root: Place): boolean {
  return !root.has('type') && !root.has('content') && root.has('input_tokens');
}

/** Sandbox at the provider for the model's code, which a later request may continue. */
export function readContainer(place: Place): void {
  if (isObject(place.get('container'))) place.requiredObject('container').reference('id');
}

/** `input_tokens` excludes cached tokens, which were input all the same. */
export function readUsage(usage: Place | null): Usage {
  const input = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']
    .map((key) => usage?.count(key) ?? null)
    .filter((tokens) => tokens !== null);
  return {
    inputTokens: input.length === 0 ? null : input.reduce((sum, tokens) => sum + tokens, 0),
    outputTokens: usage?.count('output_tokens') ?? null,
  };
}
