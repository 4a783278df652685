import type { Prompt } from '../../exchange/index.ts';
import type { Frame, Framing, StreamReader } from '../dialect.ts';
import { gemini } from '../gemini/index.ts';
import type { JsonObject } from '../json/index.ts';

/** Chunks of a stream of Gemini, and its reader. */
export const PROMPT: Prompt = {
  operation: 'generate_content',
  model: 'asked',
  stream: true,
  maxOutputTokens: 1,
  segments: [],
  offers: [],
  choice: { kind: 'auto' },
  calls: [],
  media: [],
};

export function stream(choices = 1, framing: Framing = 'sse'): StreamReader {
  return gemini.stream({ ...PROMPT, choices }, { model: 'm', stream: true, framing });
}

export function candidate(index: number, part: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    index,
    content: { role: 'model', parts: [part] },
    ...more,
  };
}

export function frame(...candidates: readonly JsonObject[]): Frame {
  return {
    event: null,
    data: JSON.stringify({ candidates, modelVersion: 'v' }),
  };
}
