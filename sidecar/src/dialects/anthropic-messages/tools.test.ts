import { describe, expect, it } from '@jest/globals';

import type { JsonObject, JsonValue } from '../json/index.ts';
import { part, promptOf, said } from '../testing/anthropic-messages.ts';

describe('tools', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['of the caller', { name: 'f', input_schema: {} }, { name: 'f', builtin: false, schema: {} }],
    ['of the caller, typed', { type: 'custom', name: 'f' }, { name: 'f', builtin: false }],
    ['bash', { type: 'bash_20250124', name: 'bash' }, { name: 'bash', builtin: false }],
    [
      'text editor',
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
      { name: 'str_replace_based_edit_tool', builtin: false },
    ],
    ['computer', { type: 'computer_20251124', name: 'computer' }, { name: 'computer', builtin: false }],
    ['memory', { type: 'memory_20250818', name: 'memory' }, { name: 'memory', builtin: false }],
    ['a toolset', { type: 'browser_toolset_20260801' }, { name: 'browser', builtin: false }],
    [
      'web search',
      { type: 'web_search_20250305', name: 'web_search' },
      { name: 'web_search_20250305', builtin: true },
    ],
    [
      'code execution',
      { type: 'code_execution_20250825', name: 'code_execution' },
      { name: 'code_execution_20250825', builtin: true },
    ],
    ['an MCP toolset', { type: 'mcp_toolset', mcp_server_name: 's' }, { name: 'mcp_toolset', builtin: true }],
    [
      'one of tomorrow',
      { type: 'teleport_20300101', name: 'f' },
      { name: 'teleport_20300101', builtin: true },
    ],
  ])('are offered by name, and by type where the provider runs them: %s', (_, tool, offer) => {
    expect(promptOf({ tools: [tool] }).offers).toEqual([{ pointer: '/tools/0', ...offer }]);
  });

  it('are found with servers and definitions in the middle of a conversation too', () => {
    const definition: JsonValue = { type: 'tool_definition', definition: { name: 'late', input_schema: {} } };
    const { offers } = promptOf({
      messages: [{ role: 'system', content: [{ type: 'tool_addition', tool: definition }] }],
      mcp_servers: [{ type: 'url', name: 's', url: 'https://mcp.example' }],
    });
    expect(offers).toEqual([
      { pointer: '/messages/0/content/0/tool/definition', name: 'late', builtin: false, schema: {} },
      { pointer: '/mcp_servers/0', name: 'mcp_servers', builtin: true },
    ]);
  });

  it('are scanned, every text of a definition, keys included', () => {
    const tools = [
      {
        name: 'f',
        description: 'd',
        input_schema: { properties: { 'say hi': { description: 'p', enum: ['x'] } } },
      },
    ];
    expect(said({ tools, messages: [] })).toEqual(
      expect.arrayContaining([
        '/tools/0/description system/tool_definition: d',
        '/tools/0/input_schema/properties/~3say hi system/tool_definition: say hi',
        '/tools/0/input_schema/properties/say hi/description system/tool_definition: p',
        '/tools/0/input_schema/properties/say hi/enum/0 system/tool_definition: x',
      ]),
    );
  });

  it.each<[JsonValue, JsonObject]>([
    [null, { kind: 'auto' }],
    [{ type: 'auto' }, { kind: 'auto' }],
    [{ type: 'none' }, { kind: 'none' }],
    [{ type: 'any' }, { kind: 'required' }],
    [
      { type: 'tool', name: 'f' },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
  ])('are chosen by %j', (choice, expected) => {
    expect(promptOf({ tool_choice: choice }).choice).toEqual(expected);
  });

  it.each<[string, JsonObject, string]>([
    ['tool_use', { name: 'f' }, 'f'],
    ['tool_use', { name: 'navigate', toolset_name: 'browser' }, 'browser.navigate'],
    ['server_tool_use', { name: 'web_search' }, 'web_search'],
    ['mcp_tool_use', { name: 'f', server_name: 's' }, 's.f'],
  ])('are called in a %s block of the history: %j', (type, more, name) => {
    const change = part('assistant', { type, id: 'a', input: { q: 'v', n: [1] }, ...more });
    const at = type === 'tool_use' ? {} : { atProvider: true };
    expect(promptOf(change).calls).toEqual([
      { pointer: '/messages/0/content/0', name, arguments: '{"q":"v","n":[1]}', ...at },
    ]);
    expect(said(change)).toContain('/messages/0/content/0/input/q assistant/tool_arguments: v');
  });
});
