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

const chat = (message: JsonObject, more: JsonObject = {}): JsonObject => ({
  model: 'm',
  created_at: '2026-01-02T03:04:05Z',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...more,
});
const frame = (data: JsonObject): Frame => ({ event: null, data: JSON.stringify(data) });
const DONE = frame(chat({}, { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 }));

function stream(dialect: Dialect = ollamaChat): StreamReader {
  return dialect.stream(PROMPT, MATCH);
}

describe('malformed replies', () => {
  it.each<[string, Dialect, JsonObject, string]>([
    ['an error with status 200', ollamaChat, { error: 'x' }, '/message: an object is required'],
    ['a role nobody knows', ollamaChat, chat({ role: 'oracle' }), '/message/role: must be system'],
    ['content in parts', ollamaChat, chat({ content: [] }), '/message/content: must be a string'],
    ['a field in other letters', ollamaChat, { ...chat({}), Message: {} }, '/Message: differs from a field'],
    [
      'a completion without text',
      ollamaGenerate,
      { model: 'm', done: true },
      '/response: a string is required',
    ],
    ['embeddings without vectors', ollamaEmbed, { model: 'm' }, '/embeddings: an array is required'],
  ])('%s', (_, dialect, body, message) => {
    expect(() => dialect.reply(body)).toThrow(message);
  });

  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: null, data: '{' }], 'not valid JSON'],
    [
      'a line that does not say whether it is the last',
      [frame({ message: { role: 'assistant' } })],
      '/done: must be true or false',
    ],
    ['a line of the user', [frame(chat({ role: 'user' }))], '/message/role: must be assistant'],
    ['a line without a message', [frame({ done: false })], '/message: an object is required'],
    ['a line after the last', [DONE, DONE], 'a line after the last one'],
    [
      'arguments as text',
      [frame(chat({ tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }))],
      'arguments: must be an object',
    ],
  ])('in a stream: %s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it('is not complete before the last line, nor after an error, whose text is scanned', () => {
    expect(collect(stream(), [frame(chat({ content: 'a' }))]).complete).toBe(false);
    expect(collect(stream(), [frame({ error: 'out of memory' })])).toMatchObject({
      complete: false,
      whole: ['assistant/metadata: out of memory'],
    });
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
      '/logprobs/0/token metadata',
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

  it('scans what nobody claims', () => {
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

describe('streams', () => {
  it('counts calls through and names what repeats the text', () => {
    const call = (name: string): Frame =>
      frame(chat({ tool_calls: [{ function: { name, arguments: { a: 1 } } }] }));
    const reader = stream();
    expect(collect(reader, [call('f'), call('g')]).calls).toEqual({
      'tool_calls/0': 'f {"a":1}',
      'tool_calls/1': 'g {"a":1}',
    });
    expect(reader.read(frame(chat({ content: 'x' }, { logprobs: [{ token: 'x' }] })))).toMatchObject({
      texts: [{ key: 'content', pointer: '/message/content', text: 'x', whole: false }],
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
