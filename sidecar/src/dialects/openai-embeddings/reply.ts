import type { Reply } from '../../exchange/index.ts';
import { BodyReader, isArray, type JsonObject, type JsonValue } from '../json/index.ts';
import { labelOf, partsOf } from '../openai/tolerant.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';

/** Vectors are not text, whether written as numbers or, with `encoding_format: base64`, as one string. */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const model = labelOf(root, 'model');
  for (const item of partsOf(root, 'data')) if (isVector(item.get('embedding'))) item.skip('embedding');
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  return { model, segments: reader.segments, calls: [], usage, finishReasons: [] };
}

function isVector(value: JsonValue): boolean {
  if (typeof value === 'string') return /^[A-Za-z0-9+/]+={0,2}$/.test(value);
  return isArray(value) && value.every((item) => typeof item === 'number');
}
