import type { Prompt } from '../../exchange/index.ts';
import type { JsonObject } from '../json/index.ts';
import { findDialect } from '../registry.ts';

function read(path: string, body: JsonObject): Prompt {
  const found = findDialect({ method: 'POST', path, query: '' });
  if (found === null) throw new Error(`no dialect at ${path}`);
  return found.dialect.prompt(body, found.match);
}

const numbers = Array.from({ length: 20 }, (_, index) => index);

describe('requests of native APIs', () => {
  it.each<[string, string, JsonObject, RegExp]>([
    [
      'a cap that is none',
      '/generate',
      { inputs: 'hi', parameters: { max_new_tokens: 'x' } },
      /max_new_tokens/,
    ],
    [
      'A2A at the root',
      '/',
      { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: {} },
      /one of inputs, text, prompt/,
    ],
    ['a model that is none', '/completion', { prompt: 'hi', model: 3 }, /\/model/],
  ])('refuses %s', (_name, path, body, message) => {
    expect(() => read(path, body)).toThrow(message);
  });

  it.each<[string, string, JsonObject, readonly string[]]>([
    ['TGI', '/generate', { inputs: 'one', parameters: { stop: ['two'] } }, ['one', 'two']],
    ['SGLang', '/generate', { text: ['one', 'two'], sampling_params: {} }, ['one', 'two']],
    [
      'llama.cpp, filling in',
      '/infill',
      { input_prefix: 'one', input_suffix: 'two', input_extra: [{ filename: 'f.ts', text: 'three' }] },
      ['one', 'two', 'f.ts', 'three'],
    ],
    ['llama.cpp, text beside tokens', '/completion', { prompt: ['one', 5, 'two'] }, ['one', 'two']],
    ['Triton', '/v2/models/m/generate', { text_input: 'one', parameters: { a: 'two' } }, ['one', 'two']],
    [
      'a tensor',
      '/v2/models/m/infer',
      { inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['one', ['two']] }] },
      ['one', 'two'],
    ],
    ['instances', '/v1/models/m:predict', { instances: [{ text: 'one' }, 'two'] }, ['one', 'two']],
    [
      'a reranking',
      '/v1/rerank',
      { query: 'one', documents: ['two', { text: 'three' }] },
      ['one', 'two', 'three'],
    ],
    ['a tokenizer', '/tokenize', { messages: [{ role: 'user', content: 'one' }] }, ['one']],
    ['a moderation', '/v1/moderations', { input: [{ type: 'text', text: 'one' }] }, ['one']],
  ])('reads every text of %s', (_name, path, body, texts) => {
    const found = read(path, body).segments.map(({ text }) => text);
    for (const text of texts) expect(found).toContain(text);
  });

  it.each<[string, string, JsonObject]>([
    ['tokens for SGLang', '/generate', { input_ids: [1, 2] }],
    ['images for SGLang', '/generate', { text: 'x', image_data: 'https://h/x.png' }],
    ['tokens for llama.cpp', '/completion', { prompt: [1, 2, 3] }],
    ['tokens to be read', '/detokenize', { tokens: [1, 2] }],
    ['a tensor of numbers', '/v2/models/m/infer', { inputs: [{ name: 'ids', data: [numbers] }] }],
    ['instances of numbers', '/v1/models/m:predict', { instances: [numbers] }],
    ['instances of named numbers', '/v1/models/m:predict', { instances: [{ input_ids: numbers }] }],
  ])('lists what no detector reads: %s', (_name, path, body) => {
    expect(read(path, body).media).toHaveLength(1);
  });

  it.each<[string, string, JsonObject, Partial<Prompt>]>([
    ['the path', '/v2/models/llama/generate', {}, { model: 'llama' }],
    [
      'path and body',
      '/v2/models/a/versions/1/generate',
      { model: 'b' },
      { model: 'a', alternatives: ['b'] },
    ],
    ['an adapter', '/generate', { inputs: 'x', parameters: { adapter_id: 'a' } }, { alternatives: ['a'] }],
    ['a cap', '/completion', { prompt: 'x', n_predict: -1 }, { maxOutputTokens: Infinity }],
    [
      'a cap that is a tensor',
      '/v2/models/m/infer',
      { inputs: [{ name: 'max_tokens', data: [[512]] }] },
      { maxOutputTokens: 512 },
    ],
    ['a stream by the path', '/generate_stream', { inputs: 'x' }, { stream: true }],
    ['a stream by the body', '/completion', { prompt: 'x', stream: true }, { stream: true }],
  ])('knows model, caps and streaming: %s', (_name, path, body, expected) => {
    expect(read(path, body)).toMatchObject(expected);
  });
});
