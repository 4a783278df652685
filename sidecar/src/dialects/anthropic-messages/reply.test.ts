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
    [
      'a plain call with a server',
      { content: [{ type: 'tool_use', id: 't', name: 'f', server_name: 's', input: {} }] },
      '/content/0/server_name: a tool that the client runs has no server',
    ],
  ])('%s', (_, change, message) => {
    expect(() => anthropicMessages.reply(reply(change))).toThrow(message);
  });
});

describe('replies', () => {
  const binary = Buffer.alloc(2000, 0x89).toString('base64');
  const base64 = Buffer.from('bob@x.example').toString('base64');

  it.each<[string, JsonObject, readonly string[]]>([
    ['content as a string', { content: 'a b' }, ['/content assistant/content: a b']],
    ['strings among the blocks', { content: ['a b'] }, ['/content/0 assistant/content: a b']],
    [
      'an unknown block',
      { content: [{ type: 'poem', verse: 'a b' }] },
      ['/content/0/verse assistant/metadata: a b'],
    ],
    ['a block without a type', { content: [{ text: 'a b' }] }, ['/content/0/text assistant/content: a b']],
    [
      'an error with status 200',
      { content: null, error: { message: 'a b' } },
      ['/error/message assistant/metadata: a b'],
    ],
    ['another role', { role: 'model', content: 'a b' }, ['/content assistant/content: a b']],
    [
      'an image that is a text',
      {
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'text/plain', data: 'bob@x.example' } },
        ],
      },
      ['/content/0/source/data assistant/content: bob@x.example'],
    ],
    [
      'a text in base64',
      { content: [{ type: 'document', source: { type: 'base64', media_type: 'text/plain', data: base64 } }] },
      [
        `/content/0/source/data document/content: ${base64}`,
        '/content/0/source/data document/content: bob@x.example',
      ],
    ],
    ['an image', { content: [{ type: 'image', source: { type: 'base64', data: binary } }] }, []],
    [
      'sealed reasoning that is a text',
      { content: [{ type: 'redacted_thinking', data: 'bob@x.example' }] },
      ['/content/0/data assistant/content: bob@x.example'],
    ],
    [
      'a name of a file that is a text',
      { content: [{ type: 'container_upload', file_id: 'bob@x.example' }] },
      ['/content/0/file_id assistant/content: bob@x.example'],
    ],
  ])('are scanned: %s', (_, change, expected) => {
    const { segments } = anthropicMessages.reply(reply(change));
    expect(
      segments
        .filter(({ text }) => !/^(?:base64|text\/plain|data|media_type)$/.test(text))
        .map(({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`),
    ).toEqual(expected);
  });

  it('reads text, reasoning, calls, citations, usage and members that the dialect does not read', () => {
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
      '/content/0/signature assistant/content',
      '/content/0/signature assistant/content',
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
