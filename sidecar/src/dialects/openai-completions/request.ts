import type { Prompt } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { readInput } from '../openai/input-text.ts';
import { readMaxOutputTokens, refuseFallbacks } from '../openai/limits.ts';

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  refuseFallbacks(root);
  const model = root.label('model');
  readInput(root, 'prompt');
  root.text('suffix', 'user', 'content');
  // vLLM reads embedded prompts in place of text.
  root.medium('prompt_embeds', 'opaque');
  root.object('response_format')?.leaves('json_schema', 'system', 'tool_definition');
  const stream = root.boolean('stream') ?? false;
  const maxOutputTokens = readMaxOutputTokens(root, 'max_tokens');
  reader.sweep('user');
  const { segments, media } = reader;
  return {
    operation: 'text_completion',
    model,
    stream,
    maxOutputTokens,
    segments,
    offers: [],
    choice: { kind: 'none' },
    calls: [],
    media,
  };
}
