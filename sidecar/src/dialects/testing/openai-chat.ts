import type { Prompt } from '../../exchange/index.ts';
import type { Frame, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { openaiChat } from '../openai-chat/index.ts';

/** Requests and chunks of chat completions, and how they are read. */
export const MATCH = { model: null, stream: null, framing: 'sse' } as const;
export type Chunk = JsonObject | '[DONE]';

const HI = { role: 'user', content: 'hi' };
const PROMPT = openaiChat.prompt({ messages: [] }, MATCH);

export function promptOf(body: JsonObject): Prompt {
  return openaiChat.prompt({ messages: [HI], ...body }, MATCH);
}

/** The segments of a request, a line each. */
export function said(body: JsonObject): readonly string[] {
  return promptOf(body).segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}

export function reader(): StreamReader {
  return openaiChat.stream(PROMPT, MATCH);
}

export function frame(body: Chunk, event: string | null = null): Frame {
  return { event, data: body === '[DONE]' ? body : JSON.stringify(body) };
}

export function chunk(delta: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    id: 'c_1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  };
}

export function call(index: number, more: JsonObject): JsonObject {
  return chunk({ tool_calls: [{ index, ...more }] });
}

export function stop(reason = 'stop', index = 0): JsonObject {
  return chunk({}, { finish_reason: reason, index });
}
