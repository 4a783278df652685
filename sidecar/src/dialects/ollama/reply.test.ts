import { describe, expect, it } from '@jest/globals';

import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { Dialect, Frame, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect } from '../testing/collected.ts';
import { ollamaChat, ollamaEmbed, ollamaGenerate } from './index.ts';

const PROMPT: Prompt = {
  operation: 'chat',
  model: 'asked',
  stream: true,
  maxOutputTokens: 1,
  segments: [],
  offers: [],
  choice: { kind: 'auto' },
  calls: [],
  media: [],
};
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };
const MATCH = { model: null, stream: null, framing: 'ndjson' } as const;

function chat(message: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    model: 'm',
    created_at: '2026-01-02T03:04:05Z',
    message: { role: 'assistant', content: '', ...message },
    done: false,
    ...more,
  };
}
function frame(data: JsonObject): Frame {
  return { event: null, data: JSON.stringify(data) };
}
const DONE = frame(chat({}, { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 }));

function stream(dialect: Dialect = ollamaChat): StreamReader {
  return dialect.stream(PROMPT, MATCH);
}

describe('malformed replies', () => {
  it.each<[string, Dialect, JsonObject, string]>([
    ['a field in other letters', ollamaChat, { ...chat({}), Message: {} }, '/Message: differs from a field'],
  ])('%s', (_, dialect, body, message) => {
    expect(() => dialect.reply(body)).toThrow(message);
  });

  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: null, data: '{' }], 'not valid JSON'],
    ['a call without a name', [frame(chat({ tool_calls: [{ function: {} }] }))], 'a string is required'],
  ])('in a stream: %s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it('a stream is not complete with nothing', () => {
    expect(collect(stream(), []).complete).toBe(false);
  });

  it('takes no stream of embeddings', () => {
    expect(() => stream(ollamaEmbed).read(DONE)).toThrow('replies on this route are not streamed');
  });
});

describe('replies', () => {
  it('reads text, reasoning, calls and usage', () => {
    const body = chat(
      { content: 'a', thinking: 'b', tool_calls: [{ function: { name: 'f', arguments: { q: 'v' } } }] },
      {
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 3,
        eval_count: 4,
        logprobs: [{ token: 'a', logprob: -1 }],
      },
    );
    const reply = ollamaChat.reply(body);
    expect(reply.segments.map(({ pointer, channel }) => `${pointer} ${channel}`)).toEqual([
      '/message/content content',
      '/message/thinking reasoning',
      '/message/tool_calls/0/function/arguments/~3q tool_arguments',
      '/message/tool_calls/0/function/arguments/q tool_arguments',
      '/logprobs content',
    ]);
    expect(reply).toMatchObject({
      model: 'm',
      calls: [{ pointer: '/message/tool_calls/0', name: 'f', arguments: '{"q":"v"}' }],
      usage: { inputTokens: 3, outputTokens: 4 },
      finishReasons: ['stop'],
      mirrors: ['/logprobs'],
    });
  });

  it('reads a completion', () => {
    expect(ollamaGenerate.reply({ model: 'm', response: 'a', context: [1, 2], done: true })).toMatchObject({
      segments: [{ pointer: '/response', origin: 'assistant', channel: 'content', text: 'a' }],
      mirrors: [],
      unreadable: ['/context'],
    });
  });

  it('reads vectors', () => {
    expect(ollamaEmbed.reply({ model: 'm', embeddings: [[0.5]], prompt_eval_count: 2 })).toMatchObject({
      segments: [],
      usage: { inputTokens: 2, outputTokens: null },
    });
  });

  it('scans members that the dialect does not read', () => {
    expect(ollamaChat.reply(chat({}, { _debug_info: { rendered_template: 'all of it' } })).segments).toEqual([
      {
        pointer: '/_debug_info/rendered_template',
        origin: 'assistant',
        channel: 'metadata',
        text: 'all of it',
      },
    ]);
  });
});

describe('streams as servers send them', () => {
  const said = frame(chat({ content: 'a' }));

  it.each<[string, readonly Frame[]]>([
    ['a last line without a message', [said, frame({ done: true })]],
    ['a message that is null', [said, frame({ message: null, done: true })]],
    ['a reason alone', [said, frame({ done_reason: 'stop' })]],
    ['a reason that is not known', [said, frame({ done: true, done_reason: 'telepathy' })]],
    ['no role', [frame({ message: { content: 'a' } }), DONE]],
    ['another role', [frame(chat({ role: 'oracle', content: 'a' })), DONE]],
    ['an empty line behind the last', [said, DONE, frame({ done: true })]],
    ['an error of the server', [said, frame({ error: 'out of memory' })]],
    ['an error in an object', [said, frame({ error: { message: 'out of memory' } })]],
  ])('pass with %s', (_, frames) => {
    expect(collect(stream(), frames)).toMatchObject({ texts: { content: 'a' }, complete: true });
  });

  it('end with an error of the server, in its words', () => {
    expect(stream().read(frame({ error: 'out of memory' }))).toMatchObject({
      last: true,
      texts: [{ text: 'out of memory', whole: true }],
    });
  });

  it.each<[string, JsonObject]>([
    ['an object', { function: { name: 'f', arguments: { a: 1 } } }],
    ['text', { function: { name: 'f', arguments: '{"a":1}' } }],
    [
      'an index and an id beside it',
      { id: 'c', index: 3, function: { index: 3, name: 'f', arguments: { a: 1 } } },
    ],
    ['no function around it', { name: 'f', arguments: { a: 1 } }],
  ])('take a call with arguments as %s, whole and streamed', (_, call) => {
    const body = chat({ tool_calls: [call] }, { done: true });
    expect(ollamaChat.reply(body).calls).toMatchObject([{ name: 'f', arguments: '{"a":1}' }]);
    expect(collect(stream(), [frame(body)]).calls).toEqual({ 'tool_calls/0': 'f {"a":1}' });
    const one = chat({ tool_calls: call }, { done: true });
    expect(collect(stream(), [frame(one)]).calls).toEqual({ 'tool_calls/0': 'f {"a":1}' });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['images that are texts', { images: ['bob@x.example'] }, {}],
    ['tokens', {}, { logprobs: [{ token: 'bob@' }, { token: 'x.example' }] }],
    ['alternatives', {}, { logprobs: [{ token: 'a', top_logprobs: [{ token: 'bob@x.example' }] }] }],
    ['an unknown member', { verse: 'bob@x.example' }, {}],
  ])('scan %s, whole and streamed', (_, message, more) => {
    const body = chat(message, { done: true, ...more });
    expect(ollamaChat.reply(body).segments.map(({ text }) => text)).toContain('bob@x.example');
    const { whole, texts } = collect(stream(), [frame(body)]);
    expect([...whole.map((line) => line.replace(/^.*?: /, '')), ...Object.values(texts)]).toContain(
      'bob@x.example',
    );
  });

  it('pass an error that comes with status 200', () => {
    for (const dialect of [ollamaChat, ollamaGenerate, ollamaEmbed])
      expect(dialect.reply({ error: 'a b' }).segments.map(({ text }) => text)).toEqual(['a b']);
  });
});

describe('streams', () => {
  it('numbers the calls and lists the mirrors of the text', () => {
    const call = (name: string): Frame =>
      frame(chat({ tool_calls: [{ function: { name, arguments: { a: 1 } } }] }));
    const reader = stream();
    expect(collect(reader, [call('f'), call('g')]).calls).toEqual({
      'tool_calls/0': 'f {"a":1}',
      'tool_calls/1': 'g {"a":1}',
    });
    expect(reader.read(frame(chat({ content: 'x' }, { logprobs: [{ token: 'x' }] })))).toMatchObject({
      texts: [
        { key: 'content', pointer: '/message/content', text: 'x', whole: false },
        { key: 'logprobs/0', pointer: '/logprobs', text: 'x', whole: false, mirror: true },
      ],
      mirrors: ['/logprobs'],
      last: false,
      usage: null,
    });
    expect(reader.read(DONE)).toMatchObject({
      last: true,
      usage: { inputTokens: 3, outputTokens: 4 },
      finishReasons: ['stop'],
    });
  });

  it('reads the lines of a completion', () => {
    const frames = ['a', 'b'].map((response) => frame({ model: 'm', response, done: response === 'b' }));
    expect(collect(stream(ollamaGenerate), frames)).toMatchObject({
      texts: { response: 'ab' },
      complete: true,
    });
  });

  it('finishes once', () => {
    const reader = stream();
    reader.read(DONE);
    expect(reader.finish(REFUSAL)).toContain('"done_reason":"content_filter"');
    reader.released(DONE);
    expect(reader.finish(REFUSAL)).toBe('');
  });
});
