import OpenAI, {
  APIError,
  BadRequestError,
  InternalServerError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';

import { REFUSALS, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import type { RenderedResponse, StreamReader } from '../dialect.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { openaiChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiChat.prompt({ messages: [], model: 'm-1' }, MATCH);
const ASK = { model: 'm-1', messages: [{ role: 'user' as const, content: 'hi' }] };

function refusal(code: RefusalCode): Refusal {
  return {
    code,
    decision: 'd1',
    detail: '/messages/0: why',
    retryAfterSeconds: null,
  };
}
function client(baseURL: string): OpenAI {
  return new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });
}
function sse(body: string): RenderedResponse {
  return { status: 200, contentType: 'text/event-stream', body };
}

const BEGUN = { id: 'c_1', object: 'chat.completion.chunk', created: 1, model: 'm-1' };
const FRAMES = [
  { ...BEGUN, choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
  { ...BEGUN, choices: [{ index: 0, delta: { content: 'so far' }, finish_reason: null }] },
].map((body) => ({ event: null, data: JSON.stringify(body) }));

function begun(): { readonly reader: StreamReader; readonly wire: string } {
  const reader = openaiChat.stream(PROMPT, MATCH);
  for (const frame of FRAMES) {
    reader.read(frame);
    reader.released(frame);
  }
  return { reader, wire: FRAMES.map(({ data }) => `data: ${data}\n\n`).join('') };
}

describe('the official SDK', () => {
  it.each<[RefusalCode, new (...args: never[]) => Error, string]>([
    ['injection_detected', BadRequestError, 'invalid_request_error'],
    ['tool_not_allowed', PermissionDeniedError, 'invalid_request_error'],
    ['limit_exceeded', RateLimitError, 'rate_limit_error'],
    ['detector_unavailable', InternalServerError, 'server_error'],
  ])('raises a typed error for %s, whole and when a stream was asked for', async (code, type, name) => {
    await using server = await serveCanned(openaiChat.refuse(refusal(code)));
    for (const stream of [false, true]) {
      const error: unknown = await client(server.url)
        .chat.completions.create({ ...ASK, stream })
        .then(
          () => null,
          (reason: unknown) => reason,
        );
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ status: REFUSALS[code].status, code, type: name });
      expect(String(error)).toContain('/messages/0: why');
    }
  });

  it('reads a withheld reply as a completion', async () => {
    await using server = await serveCanned(openaiChat.withhold(refusal('sensitive_output'), PROMPT));
    const completion = await client(server.url).chat.completions.create(ASK);
    expect(completion).toMatchObject({
      model: 'm-1',
      choices: [
        {
          finish_reason: 'content_filter',
          message: {
            content: null,
            refusal: expect.stringContaining(REFUSALS.sensitive_output.message) as string,
          },
        },
      ],
    });
  });

  it.each([true, false])('reads a stream that was finished (begun: %s)', async (isBegun) => {
    const { reader, wire } = isBegun ? begun() : { reader: openaiChat.stream(PROMPT, MATCH), wire: '' };
    await using server = await serveCanned(sse(wire + reader.finish(refusal('sensitive_output'))));
    const final = await client(server.url).chat.completions.stream(ASK).finalChatCompletion();
    expect(final.choices).toMatchObject([
      {
        finish_reason: 'content_filter',
        message: {
          role: 'assistant',
          content: isBegun ? 'so far' : null,
          refusal: expect.any(String) as string,
        },
      },
    ]);
  });

  it.each([true, false])('raises on a stream that was broken off (begun: %s)', async (isBegun) => {
    const { reader, wire } = isBegun ? begun() : { reader: openaiChat.stream(PROMPT, MATCH), wire: '' };
    await using server = await serveCanned(sse(wire + reader.raise(refusal('secret_detected'))));
    const stream = await client(server.url).chat.completions.create({ ...ASK, stream: true });
    const drain = async (): Promise<void> => {
      for await (const part of stream) expect(part.choices).toHaveLength(1);
    };
    const error: unknown = await drain().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'secret_detected', type: 'invalid_request_error' });
  });
});
