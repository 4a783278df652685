import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { expectPointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
function read(body: JsonObject): ReturnType<typeof openaiResponses.prompt> {
  return openaiResponses.prompt(body, MATCH);
}
function said(body: JsonObject): readonly string[] {
  return read(body).segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}
function saidBy(item: JsonObject): readonly string[] {
  return said({ input: [item] }).map((line) => line.replace('/input/0', ''));
}

describe('openaiResponses.prompt refuses', () => {
  it.each<[string, JsonObject, string]>([
    ['input as a number', { input: 1 }, '/input: must be an array'],
    ['a tool without a name', { tools: [{ type: 'function' }] }, '/tools/0/name: a string is required'],
    ['an unknown choice', { tool_choice: 'f' }, '/tool_choice: must be none, auto, required or an object'],
    ['a choice of nothing', { tool_choice: {} }, '/tool_choice/name: a string is required'],
    [
      'arguments with a key twice',
      { input: [{ type: 'function_call', name: 'f', arguments: '{"a":1,"a":2}' }] },
      '/input/0/arguments: arguments: a key occurs twice in one object',
    ],
    ['a second spelling', { input: 'a', Input: 'b' }, '/Input: must be written input'],
    [
      'a second spelling deep down',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'a', TEXT: 'b' }] }] },
      '/input/0/content/0/TEXT: must be written text',
    ],
  ])('%s', (_name, body, message) => {
    expect(() => read(body)).toThrow(message);
  });
});

describe('openaiResponses.prompt', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['a message', { role: 'developer', content: 'a' }, ['/content system/content: a']],
    [
      'parts',
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_file', filename: 'b c', file_data: 'AAAA' },
        ],
      },
      ['/content/0/text user/content: a', '/content/1/filename user/metadata: b c'],
    ],
    [
      'an answer',
      {
        type: 'message',
        id: 'm',
        role: 'assistant',
        content: [
          {
            type: 'output_text',
            text: 'a',
            annotations: [{ type: 'url_citation', title: 't', url: 'https://x.example/' }],
          },
          { type: 'refusal', refusal: 'r' },
        ],
      },
      [
        '/content/0/text assistant/content: a',
        '/content/0/annotations/0/title document/citation: t',
        '/content/0/annotations/0/url document/citation: https://x.example/',
        '/content/1/refusal assistant/refusal: r',
      ],
    ],
    [
      'a call',
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"x":"y"}' },
      [
        '/name assistant/metadata: f',
        '/arguments#/~3x assistant/tool_arguments: x',
        '/arguments#/x assistant/tool_arguments: y',
      ],
    ],
    [
      'a result',
      { type: 'function_call_output', call_id: 'c', output: 'a' },
      ['/output tool/tool_result: a'],
    ],
    [
      'a result in parts',
      { type: 'custom_tool_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'a' }] },
      ['/output/0/text tool/tool_result: a'],
    ],
    [
      'reasoning',
      {
        type: 'reasoning',
        id: 'r',
        summary: [{ type: 'summary_text', text: 'a' }],
        content: [{ type: 'reasoning_text', text: 'b' }],
      },
      ['/summary/0/text assistant/reasoning: a', '/content/0/text assistant/reasoning: b'],
    ],
    [
      'a search of files',
      { type: 'file_search_call', id: 'f', queries: ['q'], results: [{ filename: 'n', text: 'd' }] },
      [
        '/queries/0 assistant/tool_arguments: q',
        '/results/0/filename document/tool_result: n',
        '/results/0/text document/tool_result: d',
      ],
    ],
    [
      'a search of the web',
      { type: 'web_search_call', id: 'w', action: { type: 'search', query: 'q' } },
      [
        '/action/type assistant/tool_arguments: search',
        '/action/~3query assistant/tool_arguments: query',
        '/action/query assistant/tool_arguments: q',
      ],
    ],
    [
      'code',
      { type: 'code_interpreter_call', id: 'c', code: 'p', outputs: [{ type: 'logs', logs: 'l' }] },
      [
        '/code assistant/tool_arguments: p',
        '/outputs/0/type tool/tool_result: logs',
        '/outputs/0/~3logs tool/tool_result: logs',
        '/outputs/0/logs tool/tool_result: l',
      ],
    ],
    [
      'a call of a server',
      { type: 'mcp_call', id: 'm', server_label: 's', name: 'f', arguments: '{}', output: 'a', error: 'e' },
      [
        '/server_label assistant/metadata: s',
        '/name assistant/metadata: f',
        '/output tool/tool_result: a',
        '/error tool/tool_result: e',
      ],
    ],
    [
      'tools of a server',
      { type: 'mcp_list_tools', id: 'm', server_label: 's', tools: [{ name: 'f', description: 'do it' }] },
      [
        '/server_label tool/metadata: s',
        '/tools/0/name tool/tool_definition: f',
        '/tools/0/description tool/tool_definition: do it',
      ],
    ],
    [
      'what a shell said',
      { type: 'shell_call_output', call_id: 'c', output: [{ stdout: 'o', stderr: 'e' }] },
      [
        '/output/0/~3stdout tool/tool_result: stdout',
        '/output/0/stdout tool/tool_result: o',
        '/output/0/~3stderr tool/tool_result: stderr',
        '/output/0/stderr tool/tool_result: e',
      ],
    ],
    ['an unknown item', { type: 'telepathy', thought: 'a b' }, ['/thought user/metadata: a b']],
    ['an item of nothing', { thought: 'a b' }, ['/thought user/metadata: a b']],
    ['an unknown role', { role: 'root', content: 'a' }, ['/content tool/tool_result: a']],
    ['no role', { type: 'message', content: 'a' }, ['/content user/content: a']],
    ['a role of tools', { role: 'tool', content: 'a' }, ['/content tool/tool_result: a']],
    ['a part as a string', { role: 'user', content: ['a'] }, ['/content/0 user/content: a']],
    [
      'a part without a type',
      { role: 'user', content: [{ text: 'a' }] },
      ['/content/0/text user/content: a'],
    ],
    [
      'one part without an array',
      { role: 'user', content: { type: 'text', text: 'a' } },
      ['/content/text user/content: a'],
    ],
    [
      'what a tool of a new kind answered',
      { type: 'teleport_call_output', call_id: 'c', where: 'a' },
      ['/~3where tool/tool_result: where', '/where tool/tool_result: a'],
    ],
    ['an item with more', { type: 'reasoning', summary: [], note: 'a b' }, ['/note user/metadata: a b']],
  ])('scans every channel: %s', (_name, item, expected) => {
    expect(saidBy(item)).toEqual(expected);
    expectPointers(JSON.stringify({ input: [item] }), read({ input: [item] }).segments);
  });

  it('scans instructions besides the input', () => {
    expect(
      said({
        input: 'a',
        instructions: 'b',
        prompt: { id: 'pmpt_1', variables: { v: 'c' } },
        text: { format: { type: 'json_schema', name: 'n', schema: { description: 'd' } } },
        metadata: { m: 'e f' },
      }),
    ).toEqual([
      '/instructions system/content: b',
      '/input user/content: a',
      '/text/format/type system/tool_definition: json_schema',
      '/text/format/name system/tool_definition: n',
      '/text/format/schema/description system/tool_definition: d',
      '/prompt/variables/~3v user/content: v',
      '/prompt/variables/v user/content: c',
      '/metadata/m user/metadata: e f',
    ]);
  });

  it.each<[string, JsonValue, readonly ToolOffer[]]>([
    [
      'a function',
      { type: 'function', name: 'f', parameters: {} },
      [{ pointer: '/tools/0', name: 'f', builtin: false, schema: {} }],
    ],
    ['a custom tool', { type: 'custom', name: 'g' }, [{ pointer: '/tools/0', name: 'g', builtin: false }]],
    [
      'tools in a namespace',
      { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] },
      [{ pointer: '/tools/0/tools/0', name: 'n.f', builtin: false }],
    ],
    ['a function without a type', { name: 'f' }, [{ pointer: '/tools/0', name: 'f', builtin: false }]],
    [
      'a function as chat has it',
      { type: 'function', function: { name: 'f', parameters: {} } },
      [{ pointer: '/tools/0', name: 'f', builtin: false, schema: {} }],
    ],
    ['search', { type: 'web_search' }, [{ pointer: '/tools/0', name: 'web_search', builtin: true }]],
    [
      'a server',
      { type: 'mcp', server_label: 's', server_url: 'https://mcp.example' },
      [{ pointer: '/tools/0', name: 'mcp', builtin: true }],
    ],
    ['a shell', { type: 'local_shell' }, [{ pointer: '/tools/0', name: 'local_shell', builtin: false }]],
    ['unknown members', { type: 'teleport' }, [{ pointer: '/tools/0', name: 'teleport', builtin: true }]],
  ])('offers %s', (_name, tool, offers) => {
    expect(read({ input: 'a', tools: [tool] }).offers).toEqual(offers);
  });

  it('offers tools that come with the conversation', () => {
    const input = [
      {
        type: 'additional_tools',
        role: 'developer',
        tools: [{ type: 'function', name: 'f', description: 'do it' }],
      },
    ];
    expect(read({ input }).offers).toEqual([{ pointer: '/input/0/tools/0', name: 'f', builtin: false }]);
    expect(said({ input })).toContain('/input/0/tools/0/description system/tool_definition: do it');
  });

  it.each<[string, JsonValue, ToolChoice]>([
    ['nothing', null, { kind: 'auto' }],
    ['required', 'required', { kind: 'required' }],
    ['any', 'any', { kind: 'required' }],
    ['a word in an object', { type: 'auto' }, { kind: 'auto' }],
    [
      'a function as chat has it',
      { type: 'function', function: { name: 'f' } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a function in a namespace',
      { type: 'function', namespace: 'n', name: 'f' },
      { kind: 'forced', names: ['n.f'], pointer: '/tool_choice' },
    ],
    [
      'a function',
      { type: 'function', name: 'f' },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a built-in',
      { type: 'file_search' },
      { kind: 'forced', names: ['file_search'], pointer: '/tool_choice' },
    ],
    [
      'a server',
      { type: 'mcp', server_label: 's' },
      { kind: 'forced', names: ['mcp'], pointer: '/tool_choice' },
    ],
    [
      'a tool of a server',
      { type: 'mcp', server_label: 's', name: 'f' },
      { kind: 'forced', names: ['s.f'], pointer: '/tool_choice' },
    ],
    [
      'allowed tools',
      {
        type: 'allowed_tools',
        mode: 'auto',
        tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
      },
      { kind: 'forced', names: ['f', 'web_search'], pointer: '/tool_choice' },
    ],
  ])('chooses: %s', (_name, tool_choice, choice) => {
    expect(read({ input: 'a', tool_choice }).choice).toEqual(choice);
  });

  it('lists unreadable parts', () => {
    expect(
      read({
        previous_response_id: 'resp_1',
        conversation: { id: 'conv_1' },
        prompt: { id: 'pmpt_1' },
        input: [
          { type: 'item_reference', id: 'msg_1' },
          { id: 'msg_2' },
          { type: 'reasoning', summary: [], encrypted_content: 'AAAA' },
          {
            role: 'user',
            content: [
              { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
              { type: 'input_image', file_id: 'file-1' },
              { type: 'input_audio', input_audio: { data: 'AAAA' } },
              { type: 'hologram', data: 'a b' },
            ],
          },
          {
            type: 'computer_call_output',
            call_id: 'c',
            output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' },
          },
          { type: 'hologram', data: Buffer.alloc(2000, 0x89).toString('base64') },
        ],
      }).media.map(({ kind, pointer }) => `${kind} ${pointer}`),
    ).toEqual([
      'opaque /input/0/id',
      'opaque /input/1/id',
      'opaque /input/2/encrypted_content',
      'image /input/3/content/0/image_url',
      'opaque /input/3/content/1/file_id',
      'audio /input/3/content/2/input_audio/data',
      'file /input/3/content/3',
      'image /input/4/output/image_url',
      'file /input/5',
      'opaque /previous_response_id',
      'opaque /conversation',
      'opaque /prompt/id',
    ]);
  });

  it('reads calls of every kind, model, caps and streaming', () => {
    const input = [
      { type: 'function_call', name: 'f', arguments: '' },
      { type: 'custom_tool_call', name: 'g', input: 'x' },
      { type: 'mcp_approval_request', server_label: 's', name: 'h', arguments: '{"a":1}' },
      { type: 'local_shell_call', action: { type: 'exec', command: ['ls'] } },
      { type: 'shell_call', action: { commands: ['ls'] } },
      { type: 'apply_patch_call', operation: { type: 'delete_file', path: '/x' } },
      { type: 'computer_call', action: { type: 'click', x: 1, y: 2 }, pending_safety_checks: [] },
      { type: 'function_call', namespace: 'n', name: 'f', arguments: { a: 1 } },
      { type: 'teleport_call', id: 't', call_id: 'c', where: 'home' },
    ];
    expect(read({ input, model: 'm-1', stream: true, max_output_tokens: 7 })).toMatchObject({
      operation: 'chat',
      model: 'm-1',
      stream: true,
      maxOutputTokens: 7,
      calls: [
        { pointer: '/input/0', name: 'f', arguments: '' },
        { pointer: '/input/1', name: 'g', arguments: '{"input":"x"}' },
        { pointer: '/input/2', name: 's.h', arguments: '{"a":1}' },
        {
          pointer: '/input/3',
          name: 'local_shell',
          arguments: '{"action":{"type":"exec","command":["ls"]}}',
        },
        { pointer: '/input/4', name: 'shell', arguments: '{"action":{"commands":["ls"]}}' },
        {
          pointer: '/input/5',
          name: 'apply_patch',
          arguments: '{"operation":{"type":"delete_file","path":"/x"}}',
        },
        { pointer: '/input/6', name: 'computer', arguments: '{"action":{"type":"click","x":1,"y":2}}' },
        { pointer: '/input/7', name: 'n.f', arguments: '{"a":1}' },
        { pointer: '/input/8', name: 'teleport', arguments: '{"where":"home"}' },
      ],
    });
  });
});
