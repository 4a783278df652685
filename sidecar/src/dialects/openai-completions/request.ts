import type { Prompt } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { readInput } from '../openai/input-text.ts';
import { readWanted } from '../openai/limits.ts';
import { objectOf, wordsOf } from '../openai/tolerant.ts';
import { wantedUsage } from '../openai/usage.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { maxOutputTokens, choices, alternatives } = readWanted(root);
  const model = root.label('model');
  readInput(root, 'prompt');
  wordsOf(root, 'suffix', 'user', 'content');
  objectOf(root, 'response_format')?.leaves('json_schema', 'system', 'tool_definition');
  const stream = root.flag('stream') ?? false;
  reader.sweep('user');
  const { segments, media } = reader;
  return {
    operation: 'text_completion',
    model,
    alternatives,
    stream,
    ...wantedUsage(root),
    maxOutputTokens,
    choices,
    segments,
    ...WITHOUT_TOOLS,
    media,
  };
}
