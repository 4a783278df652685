import type { Prompt } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { readInput } from '../openai/input-text.ts';
import { readWanted } from '../openai/limits.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { alternatives } = readWanted(root);
  const model = root.label('model');
  readInput(root, 'input');
  reader.sweep('user');
  return {
    operation: 'embeddings',
    model,
    alternatives,
    stream: false,
    maxOutputTokens: null,
    segments: reader.segments,
    ...WITHOUT_TOOLS,
    media: reader.media,
  };
}
