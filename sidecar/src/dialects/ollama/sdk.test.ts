import { describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';

import { REFUSALS, type Prompt, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import { refusalMessage } from '../refusal-message.ts';
import type { Dialect, RenderedResponse, StreamReader } from '../dialect.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { ollamaChat, ollamaGenerate } from './index.ts';

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
const MESSAGES = [{ role: 'user', content: 'hi' }];

function refusal(code: RefusalCode): Refusal {
  return { code, decision: 'd1', detail: null, retryAfterSeconds: null };
}

function ndjson(body: string): RenderedResponse {
  return { status: 200, contentType: 'application/x-ndjson', body };
}

function begun(dialect: Dialect): { readonly reader: StreamReader; readonly wire: string } {
  const reader = dialect.stream(PROMPT, { model: null, stream: null, framing: 'ndjson' });
  const data = JSON.stringify({
    model: 'm',
    created_at: '2026-01-02T03:04:05Z',
    message: { role: 'assistant', content: 'so far' },
    response: 'so far',
    done: false,
  });
  reader.read({ event: null, data });
  reader.released({ event: null, data });
  return { reader, wire: `${data}\n` };
}

/** Runs to the end and keeps the last line; an error becomes the result. */
async function lastOf(lines: Promise<AsyncIterable<unknown>>): Promise<unknown> {
  let last: unknown = null;
  try {
    for await (const line of await lines) last = line;
  } catch (error) {
    return error;
  }
  return last;
}

describe('the official SDK', () => {
  it.each<[RefusalCode]>([['injection_detected'], ['tool_not_allowed'], ['detector_unavailable']])(
    'raises an error with the code for %s, whole and when a stream was asked for',
    async (code) => {
      await using server = await serveCanned(ollamaChat.refuse(refusal(code)));
      const client = new Ollama({ host: server.url });
      const asked: Promise<unknown>[] = [
        client.chat({ model: 'm', messages: MESSAGES }),
        client.chat({ model: 'm', messages: MESSAGES, stream: true }),
        client.generate({ model: 'm', prompt: 'hi' }),
      ];
      for (const reply of asked) {
        await expect(reply).rejects.toMatchObject({
          name: 'ResponseError',
          status_code: REFUSALS[code].status,
          error: `${code}: ${refusalMessage(refusal(code))}`,
        });
      }
      expect(server.requests()).toBe(asked.length);
    },
  );

  it('reads withheld replies', async () => {
    await using chat = await serveCanned(ollamaChat.withhold(refusal('sensitive_output'), PROMPT));
    expect(await new Ollama({ host: chat.url }).chat({ model: 'm', messages: MESSAGES })).toMatchObject({
      model: 'm',
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'content_filter',
    });
    await using generate = await serveCanned(ollamaGenerate.withhold(refusal('sensitive_output'), PROMPT));
    expect(await new Ollama({ host: generate.url }).generate({ model: 'm', prompt: 'hi' })).toMatchObject({
      response: '',
      done_reason: 'content_filter',
    });
  });

  it('ends a finished stream cleanly', async () => {
    const chat = begun(ollamaChat);
    await using server = await serveCanned(
      ndjson(chat.wire + chat.reader.finish(refusal('sensitive_output'))),
    );
    const client = new Ollama({ host: server.url });
    expect(await lastOf(client.chat({ model: 'm', messages: MESSAGES, stream: true }))).toMatchObject({
      done: true,
      done_reason: 'content_filter',
      message: { content: '' },
      created_at: '2026-01-02T03:04:05Z',
    });
    const generate = begun(ollamaGenerate);
    await using other = await serveCanned(
      ndjson(generate.wire + generate.reader.finish(refusal('sensitive_output'))),
    );
    expect(
      await lastOf(new Ollama({ host: other.url }).generate({ model: 'm', prompt: 'x', stream: true })),
    ).toMatchObject({
      done: true,
      done_reason: 'content_filter',
      response: '',
    });
  });

  it('raises in the middle of a stream', async () => {
    const { reader, wire } = begun(ollamaChat);
    await using server = await serveCanned(ndjson(wire + reader.raise(refusal('sensitive_output'))));
    const result = await lastOf(
      new Ollama({ host: server.url }).chat({ model: 'm', messages: MESSAGES, stream: true }),
    );
    expect(result).toBeInstanceOf(Error);
    expect(result).toMatchObject({
      message: `sensitive_output: ${refusalMessage(refusal('sensitive_output'))}`,
    });
  });
});
