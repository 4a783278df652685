import OpenAI, { APIError, BadRequestError, PermissionDeniedError } from 'openai';

import { REFUSALS, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import type { Frame, RenderedResponse, StreamReader } from '../dialect.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiResponses.prompt({ input: 'hi', model: 'm-1' }, MATCH);
const ASK = { model: 'm-1', input: 'hi' };

function refusal(code: RefusalCode): Refusal {
  return {
    code,
    decision: 'd1',
    detail: '/input: why',
    retryAfterSeconds: null,
  };
}
function client(baseURL: string): OpenAI {
  return new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });
}
function sse(body: string): RenderedResponse {
  return { status: 200, contentType: 'text/event-stream', body };
}
function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}

const BEGUN: readonly object[] = [
  {
    type: 'response.created',
    response: {
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      model: 'm-1',
      status: 'in_progress',
      output: [],
    },
  },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  },
  {
    type: 'response.content_part.added',
    output_index: 0,
    content_index: 0,
    item_id: 'msg_1',
    part: { type: 'output_text', text: '', annotations: [] },
  },
  {
    type: 'response.output_text.delta',
    output_index: 0,
    content_index: 0,
    item_id: 'msg_1',
    delta: 'so far',
    logprobs: [],
  },
];

const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c_1',
  name: 'f',
  arguments: '',
  status: 'in_progress',
};

function started(
  begun: boolean,
  events: readonly object[] = BEGUN,
): { readonly reader: StreamReader; readonly wire: string } {
  const reader = openaiResponses.stream(PROMPT, MATCH);
  const frames = (begun ? events : []).map((body, index): Frame => ({
    event: null,
    data: JSON.stringify({ ...body, sequence_number: index }),
  }));
  for (const frame of frames) {
    reader.read(frame);
    reader.released(frame);
  }
  return { reader, wire: frames.map(({ data }) => `data: ${data}\n\n`).join('') };
}

describe('the official SDK', () => {
  it.each<[RefusalCode, new (...args: never[]) => Error]>([
    ['injection_detected', BadRequestError],
    ['tool_not_allowed', PermissionDeniedError],
  ])('raises a typed error for %s', async (code, type) => {
    await using server = await serveCanned(openaiResponses.refuse(refusal(code)));
    const error = await failure(client(server.url).responses.create(ASK));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status: REFUSALS[code].status, code });
  });

  it('reads a withheld reply as a response', async () => {
    await using server = await serveCanned(openaiResponses.withhold(refusal('sensitive_output'), PROMPT));
    expect(await client(server.url).responses.create(ASK)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
      output_text: '',
      output: [{ content: [{ type: 'refusal' }] }],
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    });
  });

  it.each([true, false])('reads a stream that was finished (begun: %s)', async (begun) => {
    const { reader, wire } = started(begun);
    await using server = await serveCanned(sse(wire + reader.finish(refusal('sensitive_output'))));
    const types: string[] = [];
    const stream = client(server.url).responses.stream(ASK);
    for await (const event of stream) types.push(event.type);
    expect(types.at(-1)).toBe('response.incomplete');
    expect(types[0]).toBe('response.created');
    const { output, output_text: text } = await stream.finalResponse();
    expect(text).toBe(begun ? 'so far' : '');
    expect(output.at(-1)).toMatchObject({ content: [{ type: 'refusal' }] });
    expect(output).toHaveLength(begun ? 2 : 1);
  });

  it('reads a stream that was finished behind reasoning and a call', async () => {
    const { reader, wire } = started(true, [
      ...BEGUN.slice(0, 1),
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { id: 'rs_1', type: 'reasoning', summary: [] },
      },
      {
        type: 'response.reasoning_summary_part.added',
        output_index: 0,
        summary_index: 0,
        item_id: 'rs_1',
        part: { type: 'summary_text', text: '' },
      },
      {
        type: 'response.reasoning_summary_text.delta',
        output_index: 0,
        summary_index: 0,
        item_id: 'rs_1',
        delta: 'hm',
      },
      { type: 'response.output_item.added', output_index: 1, item: CALL },
      {
        type: 'response.function_call_arguments.done',
        output_index: 1,
        item_id: 'fc_1',
        name: 'f',
        arguments: '{}',
      },
      {
        type: 'response.output_item.done',
        output_index: 1,
        item: { ...CALL, arguments: '{}', status: 'completed' },
      },
    ]);
    await using server = await serveCanned(sse(wire + reader.finish(refusal('tool_not_allowed'))));
    const { output } = await client(server.url).responses.stream(ASK).finalResponse();
    expect(output).toMatchObject([
      { id: 'rs_1', summary: [{ text: 'hm' }] },
      { id: 'fc_1', arguments: '{}' },
      { type: 'message', content: [{ type: 'refusal' }] },
    ]);
  });

  it.each([true, false])('raises on a stream that was broken off (begun: %s)', async (begun) => {
    const { reader, wire } = started(begun);
    await using server = await serveCanned(sse(wire + reader.raise(refusal('secret_detected'))));
    const stream = await client(server.url).responses.create({ ...ASK, stream: true });
    const drain = async (): Promise<void> => {
      for await (const event of stream) expect(event.type).toMatch(/^response\./);
    };
    const error = await failure(drain());
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'secret_detected' });
  });
});
