import { ApiError, FinishReason, GoogleGenAI } from '@google/genai';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Agent, setGlobalDispatcher } from 'undici';

import { REFUSALS, type Prompt, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import { refusalMessage } from '../refusal-message.ts';
import type { RenderedResponse, RouteMatch, StreamReader } from '../dialect.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { gemini } from './index.ts';

// The SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

const PROMPT: Prompt = {
  operation: 'generate_content',
  model: 'm',
  stream: true,
  maxOutputTokens: 8,
  segments: [],
  offers: [],
  choice: { kind: 'auto' },
  calls: [],
  media: [],
};
const ASK = { model: 'm', contents: 'hi' };
const MATCH: RouteMatch = { model: 'm', stream: true, framing: 'sse' };

function refusal(code: RefusalCode): Refusal {
  return { code, decision: 'd1', detail: null, retryAfterSeconds: null };
}

function client(baseUrl: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl } });
}

function sse(body: string): RenderedResponse {
  return { status: 200, contentType: 'text/event-stream', body };
}

function begun(): { readonly reader: StreamReader; readonly wire: string } {
  const reader = gemini.stream(PROMPT, MATCH);
  const data = JSON.stringify({
    candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'so far' }] } }],
  });
  reader.read({ event: null, data });
  reader.released({ event: null, data });
  return { reader, wire: `data: ${data}\n\n` };
}

async function caughtFrom(made: Promise<unknown>): Promise<unknown> {
  return made.then(
    () => null,
    (error: unknown) => error,
  );
}

async function textOf(
  ai: GoogleGenAI,
): Promise<{ readonly text: string; readonly reason: FinishReason | undefined }> {
  let text = '';
  let reason: FinishReason | undefined;
  for await (const chunk of await ai.models.generateContentStream(ASK)) {
    text += chunk.text ?? '';
    reason = chunk.candidates?.[0]?.finishReason;
  }
  return { text, reason };
}

describe('the official SDK', () => {
  it.each<[RefusalCode]>([['injection_detected'], ['tool_not_allowed'], ['detector_unavailable']])(
    'raises a typed error with the code for %s, whole and when a stream was asked for',
    async (code) => {
      await using server = await serveCanned(gemini.refuse(refusal(code)));
      const ai = client(server.url);
      for (const error of [await caughtFrom(ai.models.generateContent(ASK)), await caughtFrom(textOf(ai))]) {
        expect(error).toBeInstanceOf(ApiError);
        expect(error).toMatchObject({ status: REFUSALS[code].status });
        const body: unknown = JSON.parse((error as ApiError).message);
        expect(body).toMatchObject({
          error: {
            details: [
              { reason: code.toUpperCase(), domain: 'llm-boundary.io', metadata: { code, decision: 'd1' } },
            ],
          },
        });
      }
      expect(server.requests()).toBe(2);
    },
  );

  it.each<[RefusalCode, FinishReason]>([
    ['sensitive_output', FinishReason.SPII],
    ['tool_not_allowed', FinishReason.UNEXPECTED_TOOL_CALL],
    ['prompt_leak', FinishReason.SAFETY],
  ])('reads a reply withheld for %s', async (code, reason) => {
    const withheld = gemini.withhold(refusal(code), PROMPT);
    await using server = await serveCanned(withheld);
    const reply = await client(server.url).models.generateContent(ASK);
    expect(reply.text).toBeUndefined();
    expect(reply.candidates?.[0]?.finishReason).toBe(reason);
    // The SDK for AI Studio drops the message that says more; the wire has it.
    expect(JSON.parse(withheld.body)).toMatchObject({
      candidates: [{ finishMessage: `${refusalMessage(refusal(code))} (${code})` }],
    });
  });

  it.each([true, false])('ends a finished stream cleanly (begun: %s)', async (isBegun) => {
    const { reader, wire } = isBegun ? begun() : { reader: gemini.stream(PROMPT, MATCH), wire: '' };
    await using server = await serveCanned(sse(wire + reader.finish(refusal('sensitive_output'))));
    expect(await textOf(client(server.url))).toEqual({
      text: isBegun ? 'so far' : '',
      reason: FinishReason.SPII,
    });
  });

  it.each([true, false])('raises in the middle of a stream (begun: %s)', async (isBegun) => {
    const { reader, wire } = isBegun ? begun() : { reader: gemini.stream(PROMPT, MATCH), wire: '' };
    await using server = await serveCanned(sse(wire + reader.raise(refusal('sensitive_output'))));
    const error = await caughtFrom(textOf(client(server.url)));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400 });
    expect((error as ApiError).message).toContain('SENSITIVE_OUTPUT');
    expect(server.requests()).toBe(1);
  });

  it('takes embeddings that were refused for an error', async () => {
    await using server = await serveCanned(
      gemini.withhold(refusal('sensitive_output'), { ...PROMPT, operation: 'embeddings' }),
    );
    expect(await caughtFrom(client(server.url).models.embedContent(ASK))).toBeInstanceOf(ApiError);
  });
});
