import { describe, expect, it } from '@jest/globals';

import type { Prompt } from '../../exchange/index.ts';
import type { Dialect } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { ollamaChat, ollamaEmbed, ollamaGenerate } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'ndjson' } as const;

function chat(change: JsonObject): Prompt {
  return ollamaChat.prompt({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...change }, MATCH);
}

function generate(change: JsonObject): Prompt {
  return ollamaGenerate.prompt({ model: 'm', prompt: 'hi', ...change }, MATCH);
}

function said(prompt: Prompt): readonly string[] {
  return prompt.segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}

describe('deviations of servers and clients', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['a role', { role: 'oracle', content: 'a' }, ['tool/tool_result: a']],
    ['a role in capitals', { role: 'User', content: 'a' }, ['tool/tool_result: a']],
    ['no role', { content: 'a' }, ['user/content: a']],
    [
      'arguments as text',
      { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{"x":"y"}' } }] },
      ['assistant/tool_arguments: x', 'assistant/tool_arguments: y'],
    ],
  ])('is scanned: %s', (_, message, expected) => {
    const { segments } = ollamaChat.prompt({ model: 'm', messages: [message] }, MATCH);
    expect(segments.map(({ origin, channel, text }) => `${origin}/${channel}: ${text}`)).toEqual(expected);
  });
});

describe('undefined values are malformed', () => {
  it.each<[string, JsonObject, string]>([
    ['no model', { model: null }, '/model: a string is required'],
    ['a message that is a string', { messages: ['x'] }, '/messages/0: must be an object'],
    [
      'a call without a name',
      { messages: [{ role: 'assistant', tool_calls: [{ function: {} }] }] },
      '/messages/0/tool_calls/0/function/name: a string is required',
    ],
    [
      'a tool without a function',
      { tools: [{ type: 'function' }] },
      '/tools/0/function: an object is required',
    ],
    ['stream as text', { stream: 'false' }, '/stream: must be true or false'],
    ['a cap that is no number', { options: { num_predict: 'x' } }, '/options/num_predict: must be a number'],
    [
      'a request for the rendered prompt',
      { _debug_render_only: true },
      '/_debug_render_only: must be omitted',
    ],
  ])('%s', (_, change, message) => {
    expect(() => chat(change)).toThrow(message);
  });

  it.each<[string, JsonObject, string]>([
    ['the body', { Messages: [{ role: 'user', content: 'x' }] }, '/Messages'],
    ['the body, with a long s', { meſſages: [] }, '/me\u017f\u017fages'],
    ['the body, with a Kelvin sign', { thinK: true }, '/thin\u212a'],
    ['a message', { messages: [{ role: 'user', content: 'x', Content: 'y' }] }, '/messages/0/Content'],
    [
      'a call',
      { messages: [{ role: 'assistant', tool_calls: [{ Function: {} }] }] },
      '/messages/0/tool_calls/0/Function',
    ],
    ['a function', { tools: [{ function: { name: 'f', NAME: 'g' } }] }, '/tools/0/function/NAME'],
  ])('a field in other letters in %s', (_, change, pointer) => {
    expect(() => chat(change)).toThrow(`${pointer}: differs from a field of the API in case only`);
  });

  it.each<[string, JsonObject, string]>([
    ['a prompt in parts', { prompt: ['a'] }, '/prompt: must be a string'],
    ['a template that is no text', { template: {} }, '/template: must be a string'],
  ])('in a completion: %s', (_, change, message) => {
    expect(() => generate(change)).toThrow(message);
  });
});

describe('every part speaks for its author', () => {
  it.each<[JsonObject, string]>([
    [{ role: 'system', content: 'a' }, '/messages/0/content system/content: a'],
    [{ role: 'user', content: 'a' }, '/messages/0/content user/content: a'],
    [{ role: 'assistant', content: 'a' }, '/messages/0/content assistant/content: a'],
    [{ role: 'assistant', thinking: 'a' }, '/messages/0/thinking assistant/reasoning: a'],
    [{ role: 'tool', content: 'a' }, '/messages/0/content tool/tool_result: a'],
    [{ role: 'tool', tool_name: 'see https://x' }, '/messages/0/tool_name user/metadata: see https://x'],
    [
      { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: { q: 'v' } } }] },
      '/messages/0/tool_calls/0/function/arguments/q assistant/tool_arguments: v',
    ],
  ])('%j', (message, segment) => {
    expect(said(chat({ messages: [message] }))).toContain(segment);
  });

  it('reads every text of a completion', () => {
    const prompt = generate({
      system: 's',
      template: 't',
      suffix: 'x',
      context: [],
      images: ['aaaa'],
      options: { stop: ['halt here'] },
    });
    expect(said(prompt)).toEqual([
      '/system system/content: s',
      '/template system/content: t',
      '/prompt user/content: hi',
      '/suffix user/content: x',
      '/options/stop/0 user/metadata: halt here',
    ]);
    expect(prompt).toMatchObject({
      operation: 'text_completion',
      media: [{ pointer: '/images', kind: 'image' }],
    });
  });

  it.each<[JsonObject, readonly string[]]>([
    [{ input: 'a' }, ['/input user/content: a']],
    [{ input: ['a', 'b'] }, ['/input/0 user/content: a', '/input/1 user/content: b']],
    [{ prompt: 'a' }, ['/prompt user/content: a']],
  ])('embeddings of %j', (change, segments) => {
    const prompt = ollamaEmbed.prompt({ model: 'm', ...change }, MATCH);
    expect(said(prompt)).toEqual(segments);
    expect(prompt).toMatchObject({ operation: 'embeddings', stream: false });
  });
});

describe('requested models and limits', () => {
  it.each<[JsonObject, JsonObject]>([
    [{}, { stream: true, maxOutputTokens: null, operation: 'chat', model: 'm' }],
    [{ stream: false }, { stream: false }],
    [{ stream: null }, { stream: true }],
    [{ options: { num_predict: 7 } }, { maxOutputTokens: 7 }],
    [{ options: { num_predict: 7.9 } }, { maxOutputTokens: 8 }],
    [{ options: { num_predict: -1 } }, { maxOutputTokens: Infinity }],
    [{ options: { num_predict: -2 } }, { maxOutputTokens: Infinity }],
    [
      { max_tokens: 9, n: 2 },
      { maxOutputTokens: 9, choices: 2 },
    ],
    [{ fallbacks: ['other'] }, { alternatives: ['other'] }],
  ])('%j', (change, expected) => {
    expect(chat(change)).toMatchObject(expected);
  });

  it('offers its tools', () => {
    expect(chat({ tools: [{ type: 'function', function: { name: 'f' } }] }).offers).toEqual([
      { pointer: '/tools/0', name: 'f', builtin: false },
    ]);
  });
});

describe('routes', () => {
  it.each<[Dialect, string, string]>([
    [ollamaChat, 'GET', '/api/chat'],
    [ollamaChat, 'POST', '/api/Chat'],
    [ollamaChat, 'POST', '/api//chat'],
    [ollamaChat, 'POST', '/api/generate'],
    [ollamaGenerate, 'POST', '/api/chat'],
    [ollamaGenerate, 'POST', '/api/generate/'],
    [ollamaEmbed, 'POST', '/api/embeddings/x'],
    [ollamaChat, 'POST', '/api/create'],
  ])('$id does not take %s %s', (dialect, method, path) => {
    expect(dialect.match({ method, path, query: '' })).toBeNull();
  });

  it.each<[Dialect, string]>([
    [ollamaChat, '/api/chat'],
    [ollamaGenerate, '/api/generate'],
    [ollamaEmbed, '/api/embed'],
    [ollamaEmbed, '/api/embeddings'],
  ])('$id takes %s', (dialect, path) => {
    expect(dialect.match({ method: 'POST', path, query: '' })).toEqual(MATCH);
  });
});
