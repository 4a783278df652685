import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { JsonObject } from '../json/index.ts';
import { promptOf, said } from '../testing/openai-chat.ts';

describe('openaiChat.prompt', () => {
  it('scans every text of a tool', () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'f',
          description: 'd 1',
          strict: true,
          parameters: { type: 'object', properties: { say_hi: { enum: ['e 1'] } } },
        },
      },
      {
        type: 'custom',
        custom: {
          name: 'g',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: x' } },
        },
      },
    ];
    expect(said({ messages: [], tools })).toEqual(
      expect.arrayContaining([
        '/tools/0/function/name system/tool_definition: f',
        '/tools/0/function/description system/tool_definition: d 1',
        '/tools/0/function/parameters/properties/~3say_hi system/tool_definition: say_hi',
        '/tools/0/function/parameters/properties/say_hi/enum/0 system/tool_definition: e 1',
        '/tools/1/custom/name system/tool_definition: g',
        '/tools/1/custom/format/grammar/definition system/tool_definition: start: x',
      ]),
    );
  });

  it.each<[string, JsonObject, readonly ToolOffer[]]>([
    [
      'a function',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      [{ pointer: '/tools/0', name: 'f', builtin: false }],
    ],
    [
      'a custom tool',
      { tools: [{ type: 'custom', custom: { name: 'g' } }] },
      [{ pointer: '/tools/0', name: 'g', builtin: false }],
    ],
    [
      'a function of old',
      { functions: [{ name: 'f' }] },
      [{ pointer: '/functions/0', name: 'f', builtin: false }],
    ],
    [
      'a tool of the provider',
      { tools: [{ type: 'browser_search' }] },
      [{ pointer: '/tools/0', name: 'browser_search', builtin: true }],
    ],
    [
      'search',
      { web_search_options: {} },
      [{ pointer: '/web_search_options', name: 'web_search', builtin: true }],
    ],
    [
      'search, code and data by members of their own',
      {
        search_parameters: { mode: 'on' },
        enable_search: false,
        enable_code_interpreter: true,
        data_sources: [],
      },
      [
        { pointer: '/search_parameters', name: 'web_search', builtin: true },
        { pointer: '/enable_code_interpreter', name: 'code_interpreter', builtin: true },
        { pointer: '/data_sources', name: 'data_sources', builtin: true },
      ],
    ],
    [
      'plugins',
      { plugins: [{ id: 'web', max_results: 3 }] },
      [{ pointer: '/plugins/0', name: 'plugins.web', builtin: true }],
    ],
    [
      'functions without a level of their own',
      {
        tools: [
          { type: 'function', name: 'f' },
          { name: 'g', parameters: {} },
        ],
      },
      [
        { pointer: '/tools/0', name: 'f', builtin: false },
        { pointer: '/tools/1', name: 'g', builtin: false, schema: {} },
      ],
    ],
    [
      'a function under two names',
      { tools: [{ type: 'function', name: 'g', function: { name: 'f' } }] },
      [
        { pointer: '/tools/0', name: 'f', builtin: false },
        { pointer: '/tools/0', name: 'g', builtin: false },
      ],
    ],
  ])('offers %s', (_name, body, offers) => {
    expect(promptOf(body).offers).toEqual(offers);
  });

  it.each<[string, JsonObject, ToolChoice]>([
    ['nothing', {}, { kind: 'auto' }],
    ['none', { tool_choice: 'none' }, { kind: 'none' }],
    ['required', { tool_choice: 'required' }, { kind: 'required' }],
    ['any', { tool_choice: 'any' }, { kind: 'required' }],
    [
      'a function',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a custom tool',
      { tool_choice: { type: 'custom', custom: { name: 'g' } } },
      { kind: 'forced', names: ['g'], pointer: '/tool_choice' },
    ],
    [
      'allowed tools',
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web' }],
          },
        },
      },
      { kind: 'forced', names: ['f', 'web'], pointer: '/tool_choice' },
    ],
    [
      'a function of old',
      { function_call: { name: 'f' } },
      { kind: 'forced', names: ['f'], pointer: '/function_call' },
    ],
    ['a word in an object', { tool_choice: { type: 'auto' } }, { kind: 'auto' }],
    ['a name alone', { tool_choice: 'f' }, { kind: 'forced', names: ['f'], pointer: '/tool_choice' }],
    [
      'a function, flat',
      { tool_choice: { type: 'function', name: 'f' } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a function without a type',
      { tool_choice: { function: { name: 'f' } } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a function under two names',
      { tool_choice: { type: 'tool', name: 'g', function: { name: 'f' } } },
      { kind: 'forced', names: ['f', 'g'], pointer: '/tool_choice' },
    ],
    [
      'a tool of the provider',
      { tool_choice: { type: 'web_search' } },
      { kind: 'forced', names: ['web_search'], pointer: '/tool_choice' },
    ],
    ['none in function_call', { function_call: 'none' }, { kind: 'none' }],
  ])('chooses: %s', (_name, body, choice) => {
    expect(promptOf(body).choice).toEqual(choice);
  });
});
