import { describe, expect, it } from '@jest/globals';

import type { JsonObject, JsonValue } from '../json/index.ts';
import { anthropicMessages } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;

function request(change: JsonObject): JsonObject {
  return { model: 'claude-x', max_tokens: 16, messages: [{ role: 'user', content: 'hi' }], ...change };
}

function read(change: JsonObject): ReturnType<typeof anthropicMessages.prompt> {
  return anthropicMessages.prompt(request(change), MATCH);
}

function said(change: JsonObject): readonly string[] {
  return read(change).segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}

describe('undefined values are malformed', () => {
  it.each<[string, JsonObject, string]>([
    ['a thread', { thread: { type: 'create' } }, '/thread: must be omitted; send the whole conversation'],
    [
      'a thread that goes on',
      { thread: { type: 'continue', previous_message_id: 'msg_1' } },
      '/thread: must be omitted; send the whole conversation',
    ],
    ['no messages', { messages: null }, '/messages: an array is required'],
    ['messages as an object', { messages: {} }, '/messages: must be an array'],
    ['a message that is a string', { messages: ['x'] }, '/messages/0: must be an object'],
    [
      'a plain call with a server',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', server_name: 's' }] },
        ],
      },
      '/messages/0/content/0/server_name: a tool that the client runs has no server',
    ],
    ['a tool without a name', { tools: [{ input_schema: {} }] }, '/tools/0/name: a string is required'],
    ['stream as a word that is none', { stream: 'maybe' }, '/stream: must be true or false'],
    ['a cap that is no number', { max_tokens: 'x' }, '/max_tokens: must be a number'],
  ])('%s', (_, change, message) => {
    expect(() => read(change)).toThrow(message);
  });
});

describe('alternatives to the model', () => {
  it.each<[JsonObject, readonly string[]]>([
    [{}, []],
    [{ fallbacks: [] }, []],
    [{ fallbacks: [{ model: 'other', max_tokens: 9 }] }, ['other']],
    [{ fallbacks: ['a'], fallback_models: ['b'] }, ['a', 'b']],
  ])('is known: %j', (change, alternatives) => {
    expect(read(change).alternatives).toEqual(alternatives);
  });
});

function part(role: string, block: JsonObject): JsonObject {
  return { messages: [{ role, content: [block] }] };
}

describe('every part speaks for its author', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['user text', { messages: [{ role: 'user', content: 'hi' }] }, ['/messages/0/content user/content: hi']],
    [
      'assistant text',
      { messages: [{ role: 'assistant', content: 'hi' }] },
      ['/messages/0/content assistant/content: hi'],
    ],
    [
      'system as a message',
      { messages: [{ role: 'system', content: 'hi' }] },
      ['/messages/0/content system/content: hi'],
    ],
    ['system as text', { system: 'be kind', messages: [] }, ['/system system/content: be kind']],
    [
      'system as blocks',
      { system: [{ type: 'text', text: 'be kind' }], messages: [] },
      ['/system/0/text system/content: be kind'],
    ],
    [
      'citations',
      part('assistant', {
        type: 'text',
        text: 'a',
        citations: [{ type: 'char_location', cited_text: 'quote', document_title: 'title' }],
      }),
      [
        '/messages/0/content/0/text assistant/content: a',
        '/messages/0/content/0/citations/0/cited_text document/citation: quote',
        '/messages/0/content/0/citations/0/document_title document/citation: title',
      ],
    ],
    [
      'thinking',
      part('assistant', { type: 'thinking', thinking: 'hm', signature: 'c2ln' }),
      ['/messages/0/content/0/thinking assistant/reasoning: hm'],
    ],
    [
      'a text document',
      part('user', {
        type: 'document',
        title: 't',
        context: 'c',
        source: { type: 'text', media_type: 'text/plain', data: 'd' },
      }),
      [
        '/messages/0/content/0/title document/content: t',
        '/messages/0/content/0/context document/content: c',
        '/messages/0/content/0/source/data document/content: d',
        '/messages/0/content/0/source/media_type user/metadata: text/plain',
      ],
    ],
    [
      'a document of blocks',
      part('user', { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'd' }] } }),
      ['/messages/0/content/0/source/content/0/text document/content: d'],
    ],
    [
      'a search result',
      part('user', {
        type: 'search_result',
        title: 't',
        source: 'https://a',
        content: [{ type: 'text', text: 'd' }],
      }),
      [
        '/messages/0/content/0/title document/content: t',
        '/messages/0/content/0/source document/content: https://a',
        '/messages/0/content/0/content/0/text document/content: d',
      ],
    ],
    [
      'a tool result',
      part('user', { type: 'tool_result', tool_use_id: 'a', content: 'r' }),
      ['/messages/0/content/0/content tool/tool_result: r'],
    ],
    [
      'a nested tool result',
      part('user', {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [
          { type: 'text', text: 'r' },
          { type: 'document', source: { type: 'text', data: 'd' } },
        ],
      }),
      [
        '/messages/0/content/0/content/0/text tool/tool_result: r',
        '/messages/0/content/0/content/1/source/data document/content: d',
      ],
    ],
    [
      'an MCP result',
      part('assistant', {
        type: 'mcp_tool_result',
        tool_use_id: 'a',
        content: [{ type: 'text', text: 'r' }],
      }),
      ['/messages/0/content/0/content/0/text tool/tool_result: r'],
    ],
    [
      'a web search',
      part('assistant', {
        type: 'web_search_tool_result',
        tool_use_id: 'a',
        content: [
          {
            type: 'web_search_result',
            title: 't',
            url: 'https://u',
            page_age: '1 day',
            encrypted_content: 'eA==',
          },
        ],
      }),
      [
        '/messages/0/content/0/content/0/title document/tool_result: t',
        '/messages/0/content/0/content/0/url document/tool_result: https://u',
        '/messages/0/content/0/content/0/page_age document/tool_result: 1 day',
      ],
    ],
    [
      'a web page',
      part('assistant', {
        type: 'web_fetch_tool_result',
        tool_use_id: 'a',
        content: {
          type: 'web_fetch_result',
          url: 'https://u',
          content: { type: 'document', source: { type: 'text', data: 'page' } },
        },
      }),
      [
        '/messages/0/content/0/content/url document/tool_result: https://u',
        '/messages/0/content/0/content/content/source/data document/content: page',
      ],
    ],
    [
      'code execution',
      part('assistant', {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'a',
        content: {
          type: 'bash_code_execution_result',
          stdout: 'o',
          stderr: 'e',
          return_code: 0,
          content: [],
        },
      }),
      [
        '/messages/0/content/0/content/stdout tool/tool_result: o',
        '/messages/0/content/0/content/stderr tool/tool_result: e',
      ],
    ],
    [
      'a tool that failed',
      part('assistant', {
        type: 'web_search_tool_result',
        tool_use_id: 'a',
        content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
      }),
      ['/messages/0/content/0/content/error_code user/metadata: unavailable'],
    ],
    [
      'members that the dialect does not read',
      { metadata: { user_id: 'alice@example.com' }, messages: [] },
      ['/metadata/user_id user/metadata: alice@example.com'],
    ],
  ])('%s', (_, change, segments) => {
    expect(said(change)).toEqual(segments);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'an image',
      part('user', { type: 'image', source: { type: 'base64', data: 'aaaa' } }),
      ['image /messages/0/content/0/source'],
    ],
    [
      'a document as a link',
      part('user', { type: 'document', source: { type: 'url', url: 'https://a/b.pdf' } }),
      ['file /messages/0/content/0/source/url'],
    ],
    [
      'redacted thinking',
      part('assistant', { type: 'redacted_thinking', data: 'eA==' }),
      ['opaque /messages/0/content/0/data'],
    ],
    [
      'an upload',
      part('user', { type: 'container_upload', file_id: 'file_1' }),
      ['opaque /messages/0/content/0/file_id'],
    ],
    [
      'an encrypted search hit',
      part('assistant', {
        type: 'web_search_tool_result',
        content: [{ type: 'web_search_result', encrypted_content: 'eA==' }],
      }),
      ['opaque /messages/0/content/0/content/0/encrypted_content'],
    ],
    ['a container', { container: { id: 'c', skills: [] } }, ['opaque /container']],
    [
      'an image in a tool result',
      part('user', {
        type: 'tool_result',
        content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }],
      }),
      ['opaque /messages/0/content/0/content/0/source'],
    ],
  ])('%s is listed as media', (_, change, media) => {
    expect(read(change).media.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(media);
  });
});

describe('tools', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['of the caller', { name: 'f', input_schema: {} }, { name: 'f', builtin: false }],
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
  ])('%s', (_, tool, offer) => {
    expect(read({ tools: [tool] }).offers).toEqual([{ pointer: '/tools/0', ...offer }]);
  });

  it('offers servers and definitions in the middle of a conversation too', () => {
    const definition: JsonValue = { type: 'tool_definition', definition: { name: 'late', input_schema: {} } };
    const { offers } = read({
      messages: [{ role: 'system', content: [{ type: 'tool_addition', tool: definition }] }],
      mcp_servers: [{ type: 'url', name: 's', url: 'https://mcp.example' }],
    });
    expect(offers).toEqual([
      { pointer: '/messages/0/content/0/tool/definition', name: 'late', builtin: false },
      { pointer: '/mcp_servers/0', name: 'mcp_servers', builtin: true },
    ]);
  });

  it('scans every text of a definition, keys included', () => {
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
  ])('choice %j', (choice, expected) => {
    expect(read({ tool_choice: choice }).choice).toEqual(expected);
  });

  it.each<[string, JsonObject, string]>([
    ['tool_use', { name: 'f' }, 'f'],
    ['tool_use', { name: 'navigate', toolset_name: 'browser' }, 'browser.navigate'],
    ['server_tool_use', { name: 'web_search' }, 'web_search'],
    ['mcp_tool_use', { name: 'f', server_name: 's' }, 's.f'],
  ])('a call in a %s block of the history: %j', (type, more, name) => {
    const change = part('assistant', { type, id: 'a', input: { q: 'v', n: [1] }, ...more });
    const at = type === 'tool_use' ? {} : { atProvider: true };
    expect(read(change).calls).toEqual([
      { pointer: '/messages/0/content/0', name, arguments: '{"q":"v","n":[1]}', ...at },
    ]);
    expect(said(change)).toContain('/messages/0/content/0/input/q assistant/tool_arguments: v');
  });
});

describe('unknown parts', () => {
  const hologram = { type: 'hologram', data: 'a b' };

  it.each<[string, JsonObject, readonly string[], readonly string[]]>([
    ['a role', { role: 'ipython', content: 'a' }, ['/content tool/tool_result: a'], []],
    ['a role of the prototype', { role: 'constructor', content: 'a' }, ['/content tool/tool_result: a'], []],
    ['no role', { content: 'a' }, ['/content user/content: a'], []],
    ['no content', { role: 'user' }, [], []],
    [
      'one block without an array',
      { role: 'user', content: { type: 'text', text: 'a' } },
      ['/content/text user/content: a'],
      [],
    ],
    ['a string among the blocks', { role: 'user', content: ['a'] }, ['/content/0 user/content: a'], []],
    [
      'a block without a type',
      { role: 'user', content: [{ text: 'a' }] },
      ['/content/0/text user/content: a'],
      [],
    ],
    ['a text block of nothing', { role: 'user', content: [{ type: 'text' }] }, [], []],
    [
      'a block',
      { role: 'user', content: [hologram] },
      ['/content/0/data user/metadata: a b'],
      ['/content/0'],
    ],
    [
      'a block in a tool result',
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [hologram] }] },
      ['/content/0/content/0/data user/metadata: a b'],
      ['/content/0/content/0'],
    ],
    [
      'what a tool of a new kind answered',
      {
        role: 'assistant',
        content: [{ type: 'teleport_tool_result', tool_use_id: 'a', where: 'home', content: 'x' }],
      },
      [
        '/content/0/content tool/tool_result: x',
        '/content/0/~3where tool/tool_result: where',
        '/content/0/where tool/tool_result: home',
      ],
      [],
    ],
    [
      'a result of a known tool',
      {
        role: 'assistant',
        content: [{ type: 'code_execution_tool_result', content: { type: 'x_result', said: 'a' } }],
      },
      ['/content/0/content/~3said tool/tool_result: said', '/content/0/content/said tool/tool_result: a'],
      [],
    ],
    [
      'a source',
      { role: 'user', content: [{ type: 'document', source: { type: 'ftp', at: 'x' } }] },
      [],
      ['/content/0/source'],
    ],
    [
      'arguments as text',
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: '{"x":"y"}' }] },
      [
        '/content/0/input#/~3x assistant/tool_arguments: x',
        '/content/0/input#/x assistant/tool_arguments: y',
      ],
      [],
    ],
  ])('is scanned, and a medium where it may be one: %s', (_, message, expected, media) => {
    const at = '/messages/0';
    expect(said({ messages: [message] }).map((line) => line.replace(at, ''))).toEqual(expected);
    expect(read({ messages: [message] }).media.map(({ pointer }) => pointer.replace(at, ''))).toEqual(media);
  });
});

describe('requested models and limits', () => {
  it.each<[JsonObject, JsonObject]>([
    [{}, { stream: false, maxOutputTokens: 16, model: 'claude-x', operation: 'chat' }],
    [{ stream: true }, { stream: true }],
    [{ max_tokens: null }, { maxOutputTokens: null }],
  ])('%j', (change, expected) => {
    expect(read(change)).toMatchObject(expected);
  });
});

describe('routes', () => {
  const match = (method: string, path: string): unknown =>
    anthropicMessages.match({ method, path, query: 'beta=true' });

  it.each([
    ['GET', '/v1/messages'],
    ['POST', '/v1/messages/'],
    ['POST', '/v1/Messages'],
    ['POST', '//v1/messages'],
    ['POST', '/v1/%6dessages'],
    ['POST', '/v1/messages/batches'],
    ['POST', '/v1/complete'],
  ])('%s %s is not of this dialect', (method, path) => {
    expect(match(method, path)).toBeNull();
  });

  it.each(['/v1/messages', '/v1/messages/count_tokens', '/messages'])('POST %s', (path) => {
    expect(match('POST', path)).toEqual(MATCH);
  });
});
