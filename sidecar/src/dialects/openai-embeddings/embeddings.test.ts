import OpenAI from 'openai';

import type { Refusal } from '../../exchange/index.ts';
import type { JsonObject } from '../json/index.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { openaiEmbeddings } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const REFUSAL: Refusal = { code: 'secret_detected', decision: 'd1', detail: null, retryAfterSeconds: null };
function read(body: JsonObject): ReturnType<typeof openaiEmbeddings.prompt> {
  return openaiEmbeddings.prompt(body, MATCH);
}

describe('openaiEmbeddings', () => {
  it.each<[string, JsonObject, readonly string[], readonly string[]]>([
    ['nothing', {}, [], []],
    ['numbers of tokens', { input: [1, 2] }, [], ['opaque /input']],
    ['several of them', { input: [[1], [2]] }, [], ['opaque /input']],
    [
      'texts and images',
      { input: [{ text: 'a b' }, { image: 'c d' }] },
      ['a b', 'c d'],
      ['file /input/0', 'file /input/1'],
    ],
  ])('reads as input: %s', (_name, body, texts, media) => {
    const prompt = read(body);
    expect(prompt.segments.map(({ text }) => text)).toEqual(texts);
    expect(prompt.media.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(media);
  });

  it('reads input, and scans the rest', () => {
    const prompt = read({ input: ['a', 'b'], model: 'm-1', encoding_format: 'base64', user: 'u 1' });
    expect(prompt).toMatchObject({ operation: 'embeddings', model: 'm-1', stream: false });
    expect(prompt.segments.map(({ pointer, channel }) => `${pointer} ${channel}`)).toEqual([
      '/input/0 content',
      '/input/1 content',
      '/user metadata',
    ]);
  });

  it('takes vectors for numbers in either format, and nothing else', () => {
    const data = ['AAAAPw==', [0.5], 'not a vector'].map((embedding, index) => ({
      object: 'embedding',
      index,
      embedding,
    }));
    const reply = openaiEmbeddings.reply({
      object: 'list',
      model: 'm-1',
      data,
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
    expect(reply.segments.map((segment) => segment.pointer)).toEqual(['/data/2/embedding']);
    expect(reply.usage).toEqual({ inputTokens: 2, outputTokens: null });
    expect(openaiEmbeddings.reply({ error: { message: 'no memory' } }).segments).toMatchObject([
      { text: 'no memory' },
    ]);
  });

  it('knows no streams', () => {
    const reader = openaiEmbeddings.stream(read({ input: 'a' }), MATCH);
    expect(() => reader.read({ event: null, data: '{}' })).toThrow(
      'stream: replies on this route are not streamed',
    );
    expect(reader.raise(REFUSAL)).toContain('"code":"secret_detected"');
  });

  it('withholds so that the official SDK reads it', async () => {
    await using server = await serveCanned(
      openaiEmbeddings.withhold(REFUSAL, read({ input: 'a', model: 'm-1' })),
    );
    const client = new OpenAI({ baseURL: server.url, apiKey: 'k' });
    expect(
      await client.embeddings.create({ model: 'm', input: 'a', encoding_format: 'float' }),
    ).toMatchObject({ model: 'm-1', data: [] });
  });
});
