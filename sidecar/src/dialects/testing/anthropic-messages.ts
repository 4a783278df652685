import type { Prompt } from '../../exchange/index.ts';
import { anthropicMessages } from '../anthropic-messages/index.ts';
import type { JsonObject } from '../json/index.ts';

/** Requests of the Messages API, and how they are read. */
export const MATCH = { model: null, stream: null, framing: 'sse' } as const;

export function promptOf(change: JsonObject): Prompt {
  return anthropicMessages.prompt(
    { model: 'claude-x', max_tokens: 16, messages: [{ role: 'user', content: 'hi' }], ...change },
    MATCH,
  );
}

/** The segments of a request, a line each. */
export function said(change: JsonObject): readonly string[] {
  return promptOf(change).segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}

/** The change to a request in which this block is all that `role` says. */
export function part(role: string, block: JsonObject): JsonObject {
  return { messages: [{ role, content: [block] }] };
}
