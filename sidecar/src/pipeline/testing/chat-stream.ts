import { sse } from './passing.ts';

/** Frames of a stream of chat completions, and the request for it. */
export const PATH = '/v1/chat/completions';

export const ASKED = {
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
  tools: ['f', 'g'].map((name) => ({ type: 'function', function: { name, parameters: { type: 'object' } } })),
};

export const DONE = 'data: [DONE]\n\n';

export function chunk(delta: unknown, finish: unknown = null, more: object = {}): string {
  return sse({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish, ...more }],
  });
}
