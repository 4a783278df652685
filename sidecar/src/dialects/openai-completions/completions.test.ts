import OpenAI from 'openai';

import type { Refusal } from '../../exchange/index.ts';
import type { StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { serveCanned } from '../testing/canned-server.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { openaiCompletions } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiCompletions.prompt({ prompt: 'hi', model: 'm-1' }, MATCH);
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };
function read(body: JsonObject): ReturnType<typeof openaiCompletions.prompt> {
  return openaiCompletions.prompt(body, MATCH);
}
function stream(): StreamReader {
  return openaiCompletions.stream(PROMPT, MATCH);
}
function run(...bodies: readonly (JsonObject | '[DONE]')[]): Collected {
  return collect(
    stream(),
    bodies.map((body) => ({ event: null, data: body === '[DONE]' ? body : JSON.stringify(body) })),
  );
}

describe('openaiCompletions.prompt', () => {
  it('refuses a second spelling', () => {
    expect(() => read({ prompt: 'a', PROMPT: 'b' })).toThrow('/PROMPT: must be written prompt');
  });

  it.each<[string, JsonObject, readonly string[], readonly string[]]>([
    ['nothing', {}, [], []],
    ['numbers of tokens', { prompt: [1, 2] }, [], ['opaque /prompt']],
    ['several of them', { prompt: [[1], [2]] }, [], ['opaque /prompt']],
    ['texts and tokens', { prompt: ['a', [1]] }, ['a'], ['opaque /prompt']],
    ['an object', { prompt: { note: 'a b' } }, ['a b'], ['file /prompt']],
  ])('reads as a prompt: %s', (_name, body, texts, media) => {
    const prompt = read(body);
    expect(prompt.segments.map(({ text }) => text)).toEqual(texts);
    expect(prompt.media.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(media);
  });

  it('reads texts, suffix, caps and streaming', () => {
    const prompt = read({
      prompt: ['a', 'b'],
      suffix: 'c',
      model: 'm-1',
      max_tokens: 3,
      stream: true,
      stop: 'd e',
      echo: true,
    });
    expect(prompt.segments.map(({ pointer, origin, channel }) => `${pointer} ${origin}/${channel}`)).toEqual([
      '/prompt/0 user/content',
      '/prompt/1 user/content',
      '/suffix user/content',
      '/stop user/metadata',
    ]);
    expect(prompt).toMatchObject({
      operation: 'text_completion',
      model: 'm-1',
      maxOutputTokens: 3,
      stream: true,
      choice: { kind: 'none' },
    });
    expect(read({ prompt: 'a', prompt_embeds: 'AAAA' }).media).toEqual([
      { pointer: '/prompt_embeds', kind: 'opaque', references: ['AAAA'] },
    ]);
  });
});

describe('openaiCompletions.reply', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['an error in place of choices', { error: { message: 'no memory' } }, ['no memory']],
    ['a choice without text', { choices: [{}] }, []],
    ['text in an array', { choices: [{ text: ['a b'] }] }, ['a b']],
    ['one choice alone', { choices: { text: 'a b' } }, ['a b']],
  ])('scans %s', (_name, body, texts) => {
    expect(openaiCompletions.reply(body).segments.map(({ text }) => text)).toEqual(texts);
  });

  it('reads every choice', () => {
    const choices = [
      { index: 0, text: 'a b', finish_reason: 'stop', logprobs: { tokens: ['a', ' b'] } },
      { index: 1, text: 'c', finish_reason: 'length', logprobs: null, stop_reason: 'd e' },
    ];
    const reply = openaiCompletions.reply({
      model: 'm-1',
      choices,
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
    expect(reply).toMatchObject({
      model: 'm-1',
      mirrors: ['/choices/0/logprobs'],
      usage: { inputTokens: 1, outputTokens: 2 },
      finishReasons: ['stop', 'length'],
    });
    expect(reply.segments.map(({ text, mirror = false }) => [text, mirror])).toEqual([
      ['a b', false],
      ['c', false],
      ['d e', false],
      ['a b', true],
    ]);
  });
});

describe('a stream of completion chunks', () => {
  it('runs the texts of each choice and ends with [DONE]', () => {
    const chunk = (index: number, text: string, finish_reason: string | null = null): JsonObject => ({
      choices: [{ index, text, finish_reason, logprobs: null }],
    });
    const prompt = read({ prompt: ['hi', 'ho'] });
    const frames = [chunk(0, 'a'), chunk(1, 'x'), chunk(0, 'b', 'stop'), chunk(1, '', 'stop')];
    expect(
      collect(
        openaiCompletions.stream(prompt, MATCH),
        [...frames.map((body) => JSON.stringify(body)), '[DONE]'].map((data) => ({ event: null, data })),
      ),
    ).toMatchObject({
      texts: { 'choices/0/text': 'ab', 'choices/1/text': 'x' },
      ended: ['choices/0/text', 'choices/1/text'],
      complete: true,
    });
    expect(run(chunk(0, 'a'), chunk(0, 'b', ''), chunk(0, 'c'), '[DONE]')).toMatchObject({
      texts: { 'choices/0/text': 'abc' },
      finishReasons: [],
      complete: true,
    });
  });

  it('is finished so that the official SDK reads it', async () => {
    await using server = await serveCanned({
      status: 200,
      contentType: 'text/event-stream',
      body: stream().finish(REFUSAL),
    });
    const client = new OpenAI({ baseURL: server.url, apiKey: 'k' });
    const reasons: string[] = [];
    for await (const part of await client.completions.create({ model: 'm', prompt: 'a', stream: true })) {
      for (const choice of part.choices) reasons.push(choice.finish_reason);
    }
    expect(reasons).toEqual(['content_filter']);
  });

  it('is withheld so that the official SDK reads it', async () => {
    await using server = await serveCanned(openaiCompletions.withhold(REFUSAL, PROMPT));
    const client = new OpenAI({ baseURL: server.url, apiKey: 'k' });
    expect(await client.completions.create({ model: 'm', prompt: 'a' })).toMatchObject({
      model: 'm-1',
      choices: [{ text: '', finish_reason: 'content_filter' }],
    });
  });
});
