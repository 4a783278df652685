import type { Reply } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { NO_USAGE, readUsage } from '../openai/usage.ts';

/** Vectors are no text, whether written as numbers or, with `encoding_format: base64`, as one string. @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const model = root.label('model');
  for (const item of root.requiredObjects('data')) {
    const vector = item.get('embedding');
    if (typeof vector !== 'string' || /^[A-Za-z0-9+/]+={0,2}$/.test(vector)) item.skip('embedding');
  }
  const usage = readUsage(root) ?? NO_USAGE;
  reader.sweep('assistant');
  return { model, segments: reader.segments, calls: [], usage, finishReasons: [] };
}
