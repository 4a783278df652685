import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '../json/index.ts';
import { anthropicMessages } from './index.ts';

function reply(change: JsonObject): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 5 },
    ...change,
  };
}

describe('malformed replies', () => {
  it.each<[string, JsonObject, string]>([
    ['another type', { type: 'completion' }, '/type: must be message'],
    ['an error with status 200', { type: 'error' }, '/type: must be message'],
    ['another role', { role: 'user' }, '/role: must be assistant'],
    ['no content', { content: null }, '/content: an array is required'],
    ['an unknown block', { content: [{ type: 'hologram' }] }, '/content/0/type: unknown content block'],
    [
      'usage as text',
      { usage: { input_tokens: 'x' } },
      '/usage/input_tokens: must be a whole number, not negative',
    ],
  ])('%s', (_, change, message) => {
    expect(() => anthropicMessages.reply(reply(change))).toThrow(message);
  });
});

describe('replies', () => {
  it('reads text, reasoning, calls, citations, usage and what nobody claims', () => {
    const read = anthropicMessages.reply(
      reply({
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          {
            type: 'text',
            text: 'hello',
            citations: [{ type: 'page_location', cited_text: 'q', file_id: null }],
          },
          { type: 'tool_use', id: 'toolu_1', name: 'send', input: { to: 'a@b.c' } },
        ],
        usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 },
        stop_reason: 'tool_use',
        stop_details: { type: 'refusal', explanation: 'why so' },
      }),
    );
    expect(read.segments.map(({ pointer, origin, channel }) => `${pointer} ${origin}/${channel}`)).toEqual([
      '/content/0/thinking assistant/reasoning',
      '/content/1/text assistant/content',
      '/content/1/citations/0/cited_text document/citation',
      '/content/2/input/~3to assistant/tool_arguments',
      '/content/2/input/to assistant/tool_arguments',
      '/stop_details/explanation assistant/metadata',
    ]);
    expect(read).toMatchObject({
      model: 'm',
      calls: [{ pointer: '/content/2', name: 'send', arguments: '{"to":"a@b.c"}' }],
      usage: { inputTokens: 7, outputTokens: 5 },
      finishReasons: ['tool_use'],
    });
  });

  it('reads the number that count_tokens answers with', () => {
    expect(anthropicMessages.reply({ input_tokens: 12 })).toEqual({
      model: null,
      segments: [],
      calls: [],
      usage: { inputTokens: 12, outputTokens: null },
      finishReasons: [],
    });
  });
});
