import type { Prompt, Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';
import { namedCall } from './calls.ts';
import { Repetitions } from './repetitions.ts';
import { readResponse } from './response-object.ts';

/** An error with status 200 is a reply too: the client reads it. @throws Malformed */
export function readReply(body: JsonObject, prompt: Prompt | null = null): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const model = root.label('model');
  const repetitions = new Repetitions();
  const items = readResponse(root, prompt, repetitions);
  const usage = readUsage(root) ?? NO_USAGE;
  const status = root.label('status');
  reader.segments.push(...repetitions.segments);
  reader.sweep('assistant');
  return {
    model,
    segments: reader.segments,
    calls: items.flatMap(({ call }) => (call === null ? [] : (namedCall(call) ?? []))),
    usage,
    finishReasons: status === null ? [] : [status],
    mirrors: repetitions.mirrors,
    ...(reader.media.length === 0 ? {} : { media: reader.media }),
    references: reader.references,
  };
}
