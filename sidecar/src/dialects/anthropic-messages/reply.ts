import type { Reply, Usage } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { readContent, type Gathered, type Voice } from './content.ts';

export const MODEL_VOICE: Voice = { origin: 'assistant', channel: 'content' };

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const gathered: Gathered = { calls: [], offers: [] };
  const finishReasons: string[] = [];
  let usage: Usage;
  if (isCount(root)) {
    usage = readUsage(root);
  } else {
    // An error that comes with status 200 is a reply too: the client reads it.
    if (
      !readContent(root, 'content', MODEL_VOICE, gathered) &&
      !root.has('error') &&
      !root.has('stop_reason')
    )
      throw root.malformed('content', 'an array is required');
    usage = readUsage(root.object('usage'));
    const reason = root.label('stop_reason');
    if (reason !== null) finishReasons.push(reason);
  }
  const model = root.label('model');
  reader.sweep('assistant');
  const { segments, media } = reader;
  const reply = { model, segments, calls: gathered.calls, usage, finishReasons };
  return media.length === 0 ? reply : { ...reply, media };
}

/** `count_tokens` answers with a number instead of a message. */
function isCount(root: Place): boolean {
  return !root.has('type') && !root.has('content') && root.has('input_tokens');
}

/** `input_tokens` counts only what no cache served; the caches' tokens went into the model all the same. */
export function readUsage(usage: Place | null): Usage {
  const input = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']
    .map((key) => usage?.count(key) ?? null)
    .filter((tokens) => tokens !== null);
  return {
    inputTokens: input.length === 0 ? null : input.reduce((sum, tokens) => sum + tokens, 0),
    outputTokens: usage?.count('output_tokens') ?? null,
  };
}
