import type { Prompt, Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';
import { readResponse } from './response-object.ts';

/** @throws Malformed */
export function readReply(body: JsonObject, prompt: Prompt | null = null): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const model = root.label('model');
  const { calls, mirrors } = readResponse(root, prompt);
  const usage = readUsage(root) ?? NO_USAGE;
  const status = root.label('status');
  reader.sweep('assistant');
  return {
    model,
    segments: reader.segments,
    calls: calls.filter((call) => call !== null),
    usage,
    finishReasons: status === null ? [] : [status],
    mirrors,
  };
}
