import Anthropic, { APIError, BadRequestError, PermissionDeniedError } from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';

import { REFUSALS, type Prompt, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import type { RenderedResponse, StreamReader } from '../dialect.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { anthropicMessages } from './index.ts';

const PROMPT: Prompt = {
  operation: 'chat',
  model: 'm',
  stream: true,
  maxOutputTokens: 8,
  segments: [],
  offers: [],
  choice: { kind: 'auto' },
  calls: [],
  media: [],
};
const ASK = { model: 'm', max_tokens: 8, messages: [{ role: 'user' as const, content: 'hi' }] };

function refusal(code: RefusalCode): Refusal {
  return { code, decision: 'd1', detail: '/messages/0: why', retryAfterSeconds: null };
}

function client(baseURL: string): Anthropic {
  return new Anthropic({ baseURL, apiKey: 'k' });
}

/** What the flow sends with every refusal. */
function retryHeader(code: RefusalCode): Record<string, string> {
  return { 'x-should-retry': String(REFUSALS[code].retry) };
}

function sse(body: string): RenderedResponse {
  return { status: 200, contentType: 'text/event-stream', body };
}

function reader(): StreamReader {
  return anthropicMessages.stream(PROMPT, { model: null, stream: null, framing: 'sse' });
}

const OPEN = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so far' } },
].map((data) => ({ event: data.type, data: JSON.stringify(data) }));

function begun(): { readonly reader: StreamReader; readonly wire: string } {
  const own = reader();
  for (const frame of OPEN) {
    own.read(frame);
    own.released(frame);
  }
  return { reader: own, wire: OPEN.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`).join('') };
}

describe('the official SDK', () => {
  it.each<[RefusalCode, new (...args: never[]) => Error, string]>([
    ['injection_detected', BadRequestError, 'invalid_request_error'],
    ['tool_not_allowed', PermissionDeniedError, 'permission_error'],
    ['detector_unavailable', APIError, 'overloaded_error'],
  ])('raises a typed error for %s, whole and when a stream was asked for', async (code, type, name) => {
    await using server = await serveCanned(anthropicMessages.refuse(refusal(code)), retryHeader(code));
    const options = { maxRetries: REFUSALS[code].retry ? 0 : 2 };
    for (const stream of [false, true]) {
      const error: unknown = await client(server.url)
        .messages.create({ ...ASK, stream }, options)
        .then(
          () => null,
          (caught: unknown) => caught,
        );
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({
        status: REFUSALS[code].status,
        type: name,
        errorCode: code,
        error: { error: { code }, request_id: 'd1' },
      });
    }
    expect(server.requests()).toBe(2);
  });

  it('sends a thread that is refused again without one, by itself', async () => {
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'done' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const told = { ...refusal('request_malformed'), unsupported: 'thread' };
    await using server = await serveCanned((body) =>
      body.includes('"thread"')
        ? anthropicMessages.refuse(told)
        : { status: 200, contentType: 'application/json', body: JSON.stringify(message) },
    );
    const runner = client(server.url).beta.messages.toolRunner({ ...ASK, tools: [] });
    expect((await runner).content).toEqual([expect.objectContaining({ type: 'text', text: 'done' })]);
    expect(server.requests()).toBe(2);
  });

  it('reads a withheld message as a refusal', async () => {
    await using server = await serveCanned(anthropicMessages.withhold(refusal('sensitive_output'), PROMPT));
    const message = await client(server.url).messages.create(ASK);
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: 'refusal',
    });
    expect(message.stop_details?.explanation).toContain('sensitive_output');
  });

  it.each([true, false])('ends a finished stream cleanly as a refusal (begun: %s)', async (isBegun) => {
    const { reader: own, wire } = isBegun ? begun() : { reader: reader(), wire: '' };
    await using server = await serveCanned(sse(wire + own.finish(refusal('sensitive_output'))));
    const message = await client(server.url).messages.stream(ASK).finalMessage();
    expect(message.stop_reason).toBe('refusal');
    expect(message.content).toEqual(
      isBegun ? [expect.objectContaining({ type: 'text', text: 'so far' })] : [],
    );
  });

  it.each([true, false])('raises in the middle of a stream (begun: %s)', async (isBegun) => {
    const { reader: own, wire } = isBegun ? begun() : { reader: reader(), wire: '' };
    await using server = await serveCanned(sse(wire + own.raise(refusal('sensitive_output'))));
    const error: unknown = await client(server.url)
      .messages.stream(ASK)
      .finalMessage()
      .then(
        () => null,
        (caught: unknown) => caught,
      );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ type: 'invalid_request_error', errorCode: 'sensitive_output' });
    expect(server.requests()).toBe(1);
  });
});
