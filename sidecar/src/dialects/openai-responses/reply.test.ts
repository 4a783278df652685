import type { JsonObject } from '../json/index.ts';
import { expectPointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
function response(output: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm-1',
    output,
    tools: [],
    usage: { input_tokens: 3, output_tokens: 4 },
    ...more,
  };
}
function message(...content: readonly JsonObject[]): JsonObject {
  return {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content,
  };
}

describe('openaiResponses.reply', () => {
  it.each<[string, JsonObject, string]>([
    [
      'a call without a name',
      response([{ type: 'function_call', arguments: '{}' }]),
      '/output/0: a call without a name',
    ],
    [
      'arguments with a key twice',
      response([{ type: 'function_call', name: 'f', arguments: '{"a":1,"a":2}' }]),
      '/output/0/arguments: arguments: a key occurs twice in one object',
    ],
    ['a second spelling', response([], { Output: [] }), '/Output: must be written output'],
  ])('refuses %s', (_name, body, text) => {
    expect(() => openaiResponses.reply(body)).toThrow(text);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['an unknown item', { type: 'telepathy', thought: 'a b' }, ['/thought assistant/metadata: a b']],
    ['an unknown part', message({ type: 'x', verse: 'a b' }), ['/content/0/verse assistant/metadata: a b']],
    ['a part as a string', { ...message(), content: ['a b'] }, ['/content/0 assistant/content: a b']],
    [
      'a file',
      message({ type: 'input_file', filename: 'a', file_data: 'bob@x.example' }),
      ['/content/0/filename assistant/metadata: a', '/content/0/file_data assistant/content: bob@x.example'],
    ],
    [
      'an image that is a text',
      { type: 'image_generation_call', result: 'bob@x.example' },
      ['/result assistant/content: bob@x.example'],
    ],
    [
      'sealed reasoning that is a text',
      { type: 'reasoning', summary: [], encrypted_content: 'bob@x.example' },
      ['/encrypted_content assistant/content: bob@x.example'],
    ],
    [
      'what tokens say',
      message({
        type: 'output_text',
        text: 'a',
        logprobs: [{ token: 'b', top_logprobs: [{ token: 'c' }] }, { token: 'ob' }],
      }),
      [
        '/content/0/text assistant/content: a',
        '/content/0/logprobs assistant/content: bob',
        '/content/0/logprobs assistant/content: c',
      ],
    ],
    [
      'what a server of tools answered',
      {
        type: 'mcp_call',
        server_label: 's',
        name: 'f',
        arguments: '{}',
        output: 'a b',
        error: { message: 'c d' },
      },
      [
        '/server_label assistant/metadata: s',
        '/name assistant/metadata: f',
        '/output tool/tool_result: a b',
        '/error/~3message tool/tool_result: message',
        '/error/message tool/tool_result: c d',
      ],
    ],
  ])('scans %s', (_name, item, expected) => {
    const body = response([item]);
    const { segments } = openaiResponses.reply(body);
    expect(
      segments.map(({ pointer, origin, channel, text }) =>
        `${pointer} ${origin}/${channel}: ${text}`.replace('/output/0', ''),
      ),
    ).toEqual(expected);
    expectPointers(
      JSON.stringify(body),
      segments.filter(({ mirror }) => mirror !== true),
    );
  });

  it('passes an error that comes with status 200', () => {
    const reply = openaiResponses.reply({ error: { message: 'a b', code: 429 } });
    expect(reply.segments.map(({ text }) => text)).toEqual(['a b']);
  });

  it('names a call by its namespace', () => {
    const call = { type: 'function_call', namespace: 'n', name: 'f', arguments: '{}' };
    expect(openaiResponses.reply(response([call])).calls).toMatchObject([{ name: 'n.f' }]);
  });

  it('reads every channel', () => {
    const body = response(
      [
        message(
          { type: 'output_text', text: 'a', annotations: [], logprobs: [{ token: 'a' }] },
          { type: 'refusal', refusal: 'b' },
        ),
        { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '{"x":"y"}' },
        {
          type: 'image_generation_call',
          id: 'i',
          status: 'completed',
          result: Buffer.alloc(2000, 0x89).toString('base64'),
          revised_prompt: 'c d',
        },
      ],
      { incomplete_details: null, note: 'e f' },
    );
    const reply = openaiResponses.reply(body);
    expect(
      reply.segments.map(({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`),
    ).toEqual([
      '/output/0/content/0/text assistant/content: a',
      '/output/0/content/1/refusal assistant/refusal: b',
      '/output/1/name assistant/metadata: f',
      '/output/1/arguments#/~3x assistant/tool_arguments: x',
      '/output/1/arguments#/x assistant/tool_arguments: y',
      '/output/0/content/0/logprobs assistant/content: a',
      '/output/2/revised_prompt assistant/metadata: c d',
      '/note assistant/metadata: e f',
    ]);
    expect(reply).toMatchObject({
      model: 'm-1',
      usage: { inputTokens: 3, outputTokens: 4 },
      finishReasons: ['completed'],
      mirrors: ['/output/0/content/0/logprobs'],
      calls: [{ pointer: '/output/1', name: 'f', arguments: '{"x":"y"}' }],
    });
    expectPointers(
      JSON.stringify(body),
      reply.segments.filter(({ mirror }) => mirror !== true),
    );
  });

  it('knows an echo of the instructions from the server’s own', () => {
    const prompt = openaiResponses.prompt({ input: 'a', instructions: 'be kind' }, MATCH);
    const texts = (instructions: string, asked = true): readonly string[] =>
      openaiResponses
        .reply(response([], { instructions }), asked ? prompt : undefined)
        .segments.map((segment) => segment.text);
    expect(texts('be kind')).toEqual([]);
    expect(texts('be kind ')).toEqual(['be kind ']);
    expect(texts('be kind', false)).toEqual(['be kind']);
  });
});
