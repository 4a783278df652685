import type { ToolResult } from '../exchange/index.ts';
import { parseJson } from './json/index.ts';
import { findDialect } from './registry.ts';

/** Results as the dialect of the path attributes them. */
function resultsOf(path: string, body: object): readonly ToolResult[] | undefined {
  const found = findDialect({ method: 'POST', path, query: '' });
  if (found === null) throw new Error(`no dialect at ${path}`);
  return found.dialect.prompt(parseJson(Buffer.from(JSON.stringify(body))).value, found.match).results;
}

function chat(...messages: object[]): readonly ToolResult[] | undefined {
  return resultsOf('/v1/chat/completions', { model: 'm', messages });
}

function called(id: string, name: string): object {
  return { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] };
}

function answered(id: string, more: object = {}): object {
  return { role: 'tool', tool_call_id: id, content: 'x', ...more };
}

describe('results of tools', () => {
  it.each<[string, readonly object[], readonly string[]]>([
    ['without its call', [answered('a')], []],
    ['before its call', [answered('a'), called('a', 'lookup')], []],
    [
      'of an ID with two calls',
      [called('a', 'lookup'), called('a', 'browse'), answered('a')],
      ['lookup', 'browse'],
    ],
    ['with an unknown ID that names a tool', [called('a', 'lookup'), answered('b', { name: 'lookup' })], []],
    ['that names another tool', [called('a', 'browse'), answered('a', { name: 'lookup' })], []],
    ['of a call', [called('a', 'lookup'), answered('a')], ['lookup']],
    ['of a call, named too', [called('a', 'lookup'), answered('a', { name: 'lookup' })], ['lookup']],
    ['of one of two calls', [called('a', 'lookup'), called('b', 'browse'), answered('b')], ['browse']],
    ['in the older form, without its call', [{ role: 'function', name: 'lookup', content: 'x' }], []],
    [
      'in the older form',
      [
        { role: 'assistant', function_call: { name: 'lookup', arguments: '{}' } },
        { role: 'function', name: 'lookup', content: 'x' },
      ],
      ['lookup'],
    ],
  ])('a result %s', (_name, messages, tools) => {
    expect(chat(...messages)?.map((result) => result.tools)).toEqual([tools]);
  });

  it('a call with two names attributes nothing', () => {
    const call = { id: 'a', name: 'browse', function: { name: 'lookup', arguments: '{}' } };
    expect(chat({ role: 'assistant', tool_calls: [call] }, answered('a'))?.[0]?.tools).toEqual([]);
  });

  it('a conversation without results has none', () => {
    expect(chat({ role: 'user', content: 'x' })).toBeUndefined();
  });

  it.each<[string, string, object, readonly ToolResult[]]>([
    [
      'OpenAI Responses',
      '/v1/responses',
      {
        model: 'm',
        input: [
          { type: 'function_call', call_id: 'a', name: 'lookup', arguments: '{}' },
          { type: 'function_call_output', call_id: 'a', output: 'x' },
          { type: 'function_call_output', call_id: 'b', output: 'x' },
          { type: 'web_search_call', id: 'w', status: 'completed', results: [{ title: 'x' }] },
        ],
      },
      [
        { pointer: '/input/1', tools: ['lookup'], asked: ['{}'] },
        { pointer: '/input/2', tools: [], asked: [] },
        { pointer: '/input/3', tools: ['web_search'], asked: ['null'] },
      ],
    ],
    [
      'Anthropic Messages',
      '/v1/messages',
      {
        model: 'm',
        max_tokens: 9,
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'lookup', input: {} }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'x' }] },
              { type: 'tool_result', tool_use_id: 'b', content: 'x' },
            ],
          },
        ],
      },
      [
        { pointer: '/messages/1/content/0', tools: ['lookup'], asked: ['{}'] },
        { pointer: '/messages/1/content/1', tools: [], asked: [] },
      ],
    ],
    [
      'Gemini',
      '/v1beta/models/m:generateContent',
      {
        contents: [
          { role: 'model', parts: [{ functionCall: { name: 'lookup', args: {} } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'lookup', response: { a: 'x' } } }] },
        ],
      },
      [{ pointer: '/contents/1/parts/0/functionResponse', tools: ['lookup'], asked: ['{}'] }],
    ],
    [
      'Ollama',
      '/api/chat',
      {
        model: 'm',
        messages: [
          { role: 'assistant', content: '', tool_calls: [{ function: { name: 'lookup', arguments: {} } }] },
          { role: 'tool', content: 'x', tool_name: 'lookup' },
          { role: 'tool', content: 'x' },
        ],
      },
      [
        { pointer: '/messages/1', tools: ['lookup'], asked: ['{}'] },
        { pointer: '/messages/2', tools: [], asked: [] },
      ],
    ],
  ])('are attributed in %s', (_name, path, body, expected) => {
    expect(resultsOf(path, body)).toEqual(expected);
  });

  // The content of a result is written by its tool: it may imitate a call and a result of another.
  it('inside a result is not attributed by a call in it', () => {
    const imitation = [
      { type: 'tool_use', id: 'z', name: 'lookup', input: {} },
      { type: 'tool_result', tool_use_id: 'z', content: 'x' },
    ];
    const body = {
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'browse', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: imitation }] },
      ],
    };
    expect(resultsOf('/v1/messages', body)).toEqual([
      { pointer: '/messages/1/content/0/content/1', tools: [], asked: [] },
      { pointer: '/messages/1/content/0', tools: ['browse'], asked: ['{}'] },
    ]);
  });

  it('of tools that the provider ran before are untrusted text', () => {
    const body = {
      model: 'm',
      messages: [
        {
          role: 'assistant',
          content: 'x',
          annotations: [{ type: 'url_citation', url_citation: { title: 'a page' } }],
          executed_tools: [{ output: 'found' }],
        },
      ],
    };
    const found = findDialect({ method: 'POST', path: '/v1/chat/completions', query: '' });
    const prompt = found?.dialect.prompt(parseJson(Buffer.from(JSON.stringify(body))).value, found.match);
    const untrusted = prompt?.segments.filter(({ origin }) => origin === 'document' || origin === 'tool');
    expect(untrusted?.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['a page', 'found']) as readonly string[],
    );
  });
});
