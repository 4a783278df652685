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
  it.each<[string, readonly object[], string | null]>([
    ['without its call', [answered('a')], null],
    ['before its call', [answered('a'), called('a', 'lookup')], null],
    ['of an ID with two calls', [called('a', 'lookup'), called('a', 'browse'), answered('a')], null],
    ['that names another tool', [called('a', 'browse'), answered('a', { name: 'lookup' })], null],
    ['of a call', [called('a', 'lookup'), answered('a')], 'lookup'],
    ['of a call, named too', [called('a', 'lookup'), answered('a', { name: 'lookup' })], 'lookup'],
    ['of one of two calls', [called('a', 'lookup'), called('b', 'browse'), answered('b')], 'browse'],
    ['in the older form', [{ role: 'function', name: 'lookup', content: 'x' }], 'lookup'],
  ])('a result %s', (_name, messages, tool) => {
    expect(chat(...messages)?.map((result) => result.tool)).toEqual([tool]);
  });

  it('a call with two names attributes nothing', () => {
    const call = { id: 'a', name: 'browse', function: { name: 'lookup', arguments: '{}' } };
    expect(chat({ role: 'assistant', tool_calls: [call] }, answered('a'))?.[0]?.tool).toBeNull();
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
        { pointer: '/input/1', tool: 'lookup' },
        { pointer: '/input/2', tool: null },
        { pointer: '/input/3', tool: 'web_search' },
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
        { pointer: '/messages/1/content/0', tool: 'lookup' },
        { pointer: '/messages/1/content/1', tool: null },
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
      [{ pointer: '/contents/1/parts/0/functionResponse', tool: 'lookup' }],
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
        { pointer: '/messages/1', tool: 'lookup' },
        { pointer: '/messages/2', tool: null },
      ],
    ],
  ])('are attributed in %s', (_name, path, body, expected) => {
    expect(resultsOf(path, body)).toEqual(expected);
  });

  // The content of a result is written by its tool: it may imitate a call and a result of another.
  it('inside a result count beside the outer one', () => {
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
      { pointer: '/messages/1/content/0/content/1', tool: 'lookup' },
      { pointer: '/messages/1/content/0', tool: 'browse' },
    ]);
  });
});
