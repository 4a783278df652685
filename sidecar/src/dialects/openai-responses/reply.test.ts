import type { JsonObject } from '../json/index.ts';
import { expectPointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const response = (output: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm-1',
  output,
  tools: [],
  usage: { input_tokens: 3, output_tokens: 4 },
  ...more,
});
const message = (...content: readonly JsonObject[]): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content,
});

describe('openaiResponses.reply', () => {
  it.each<[string, JsonObject, string]>([
    ['no output', {}, '/output: an array is required'],
    ['an unknown item', response([{ type: 'telepathy' }]), '/output/0/type: unknown item type'],
    ['an unknown part', response([message({ type: 'x' })]), '/output/0/content/0/type: unknown part type'],
    [
      'arguments that are no JSON',
      response([{ type: 'function_call', name: 'f', arguments: 'x' }]),
      '/output/0/arguments: arguments: not valid JSON',
    ],
    ['a second spelling', response([], { Output: [] }), '/Output: must be written output'],
  ])('refuses %s', (_name, body, text) => {
    expect(() => openaiResponses.reply(body)).toThrow(text);
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
          result: 'AAAA',
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
    expectPointers(JSON.stringify(body), reply.segments);
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
