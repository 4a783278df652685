import type { AgentEvent, AgentExchange } from './exchange.ts';

const HEADERS = {
  authorization: 'Bearer sk-test',
  'user-agent': 'codex_cli_rs/0.154.0 (Ubuntu 24.4.0; x86_64) xterm-256color',
  originator: 'codex_cli_rs',
  version: '0.154.0',
  accept: 'text/event-stream',
  'session-id': '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b',
  'thread-id': '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b',
  'x-client-request-id': '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b',
  'x-codex-window-id': '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b:0',
  'x-codex-turn-metadata': JSON.stringify({ turn_id: 'turn_1', workspaces: {}, sandbox: 'seccomp' }),
  'x-codex-beta-features': 'remote_compaction_v2,terminal_resize_reflow',
};

const STRICT = { additionalProperties: false };
const TOOLS = [
  {
    type: 'function',
    name: 'shell_command',
    description: 'Runs a shell command and returns its output.',
    strict: false,
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string' },
        workdir: { type: 'string' },
        timeout_ms: { type: 'number' },
      },
      required: ['command'],
      ...STRICT,
    },
  },
  { type: 'local_shell' },
  {
    type: 'custom',
    name: 'apply_patch',
    description: 'Use the `apply_patch` tool to edit files. This is a FREEFORM tool.',
    format: {
      type: 'grammar',
      syntax: 'lark',
      definition: 'start: begin_patch hunk+ end_patch\nhunk: add_hunk',
    },
  },
  {
    type: 'namespace',
    name: 'mcp__github__',
    description: 'Tools of the server github.',
    tools: [
      {
        type: 'function',
        name: 'list_issues',
        description: 'Lists issues.',
        parameters: { type: 'object', properties: {} },
        defer_loading: true,
      },
    ],
  },
  { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: { type: 'object' } },
  { type: 'web_search', external_web_access: true, search_content_types: ['text', 'image'] },
  { type: 'image_generation', output_format: 'png' },
];

const CONTEXT = [
  {
    type: 'message',
    role: 'developer',
    content: [
      {
        type: 'input_text',
        text: '<permissions instructions>Sandbox: workspace-write.</permissions instructions>',
      },
    ],
  },
  {
    type: 'message',
    role: 'user',
    content: [
      {
        type: 'input_text',
        text: '# AGENTS.md instructions for /src\n\n<INSTRUCTIONS>\nRun the tests before you commit.\n</INSTRUCTIONS>',
      },
    ],
  },
  {
    type: 'message',
    role: 'user',
    content: [
      {
        type: 'input_text',
        text: '<environment_context>\n  <cwd>/src</cwd>\n  <shell>bash</shell>\n</environment_context>',
      },
    ],
  },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix the failing test.' }] },
];

function request(input: readonly object[], more: object = {}): object {
  return {
    model: 'gpt-5.4-codex',
    instructions: 'You are a coding agent running in the Codex CLI.\n\n# Tools\n…',
    input,
    tools: TOOLS,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '019b2a3c-7d41-7a10-9f36-0c1d2e3f4a5b',
    service_tier: 'priority',
    text: { verbosity: 'low' },
    client_metadata: { 'x-codex-installation-id': '0b3c6f5e-6df5-4c1f-9d0d-7a3d1e1f2a3b' },
    ...more,
  };
}

const USAGE = {
  input_tokens: 900,
  input_tokens_details: { cached_tokens: 512 },
  output_tokens: 60,
  output_tokens_details: { reasoning_tokens: 32 },
  total_tokens: 960,
};

/** Only what Codex reads: items as they are done, text as it comes. */
function turn(
  id: string,
  items: readonly (readonly [object, readonly AgentEvent[]])[],
): readonly AgentEvent[] {
  const output = items.map(([item]) => item);
  return [
    { type: 'response.created', response: { id, object: 'response', status: 'in_progress', output: [] } },
    { type: 'response.in_progress', response: { id, object: 'response', status: 'in_progress', output: [] } },
    ...items.flatMap(([item, events], output_index) => [
      { type: 'response.output_item.added', output_index, item: begun(item) },
      ...events.map((event) => ({ output_index, ...event })),
      { type: 'response.output_item.done', output_index, item },
    ]),
    {
      type: 'response.completed',
      response: {
        id,
        object: 'response',
        status: 'completed',
        output,
        usage: USAGE,
        service_tier: 'priority',
      },
    },
  ];
}

function begun(item: object): object {
  const open: Record<string, unknown> = { ...item, status: 'in_progress' };
  if ('arguments' in item) open['arguments'] = '';
  if ('input' in item) open['input'] = '';
  if ('content' in item && Array.isArray(item.content)) open['content'] = [];
  if ('summary' in item) open['summary'] = [];
  return open;
}

function reasoning(id: string, sealed: string): readonly [object, readonly AgentEvent[]] {
  const text = '**Looking at the test**\n\nThe assertion compares the wrong field.';
  const item_id = id;
  const part = { item_id, summary_index: 0 };
  const item = {
    id,
    type: 'reasoning',
    summary: [{ type: 'summary_text', text }],
    encrypted_content: sealed,
  };
  const name = 'response.reasoning_summary';
  return [
    item,
    [
      { type: `${name}_part.added`, ...part, part: { type: 'summary_text', text: '' } },
      { type: `${name}_text.delta`, ...part, delta: text.slice(0, 20), obfuscation: 'aZ3' },
      { type: `${name}_text.delta`, ...part, delta: text.slice(20), obfuscation: 'q' },
      { type: `${name}_text.done`, ...part, text },
      { type: `${name}_part.done`, ...part, part: { type: 'summary_text', text } },
    ],
  ];
}

function functionCall(
  id: string,
  call_id: string,
  args: object,
  more: object = {},
): readonly [object, readonly AgentEvent[]] {
  const text = JSON.stringify(args);
  const item = {
    id,
    type: 'function_call',
    status: 'completed',
    name: 'shell_command',
    arguments: text,
    call_id,
    ...more,
  };
  const name = 'response.function_call_arguments';
  return [
    item,
    [
      { type: `${name}.delta`, item_id: id, delta: text.slice(0, 7), obfuscation: 'w9' },
      { type: `${name}.delta`, item_id: id, delta: text.slice(7), obfuscation: 'w9x' },
      { type: `${name}.done`, item_id: id, arguments: text },
    ],
  ];
}

const PATCH = '*** Begin Patch\n*** Update File: src/a.ts\n@@\n-const a = 1;\n+const a = 2;\n*** End Patch\n';

function patch(): readonly [object, readonly AgentEvent[]] {
  const item = {
    id: 'ctc_1',
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'call_3',
    name: 'apply_patch',
    input: PATCH,
  };
  const name = 'response.custom_tool_call_input';
  return [
    item,
    [
      { type: `${name}.delta`, item_id: 'ctc_1', delta: PATCH.slice(0, 30) },
      { type: `${name}.delta`, item_id: 'ctc_1', delta: PATCH.slice(30) },
      { type: `${name}.done`, item_id: 'ctc_1', input: PATCH },
    ],
  ];
}

function message(id: string, text: string, phase: string): readonly [object, readonly AgentEvent[]] {
  const at = { item_id: id, content_index: 0 };
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  const item = { id, type: 'message', status: 'completed', role: 'assistant', phase, content: [part] };
  return [
    item,
    [
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      { type: 'response.output_text.delta', ...at, delta: text.slice(0, 5), logprobs: [], obfuscation: 'x' },
      { type: 'response.output_text.delta', ...at, delta: text.slice(5), logprobs: [], obfuscation: 'xy' },
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
    ],
  ];
}

const SEALED = ['gAAAAABpFirst0sealedReasoning==', 'gAAAAABpSecond1sealedReasoning=='] as const;
const FIRST = [
  reasoning('rs_1', SEALED[0]),
  message('msg_0', 'I will look at the test first.', 'commentary'),
  functionCall('fc_1', 'call_1', { command: 'npm test -- --grep "a"', workdir: '/src', timeout_ms: 120000 }),
  functionCall('fc_2', 'call_2', { command: "sed -n '1,80p' src/a.ts" }),
] as const;
const SECOND = [reasoning('rs_2', SEALED[1]), patch()] as const;

/** As Codex keeps items: without ids and states. */
function kept(items: readonly (readonly [object, unknown])[]): readonly object[] {
  return items.map(([item]) =>
    Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'id' && key !== 'status')),
  );
}

function withIds(items: readonly (readonly [object, unknown])[]): readonly object[] {
  return items.map(([item]) => item);
}

const RESULTS = [
  {
    type: 'function_call_output',
    call_id: 'call_1',
    output: 'Exit code: 1\nWall time: 2.1 seconds\nOutput:\n1 failing',
  },
  {
    type: 'function_call_output',
    call_id: 'call_2',
    output: [{ type: 'input_text', text: 'const a = 1;\n' }],
  },
];
const PATCHED = {
  type: 'custom_tool_call_output',
  call_id: 'call_3',
  output: '{"output":"Success. Updated the following files:\\nM src/a.ts\\n","metadata":{"exit_code":0}}',
};
const LAST = [message('msg_1', 'The test passes now.', 'final_answer')] as const;

const SEARCH = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query: 'mocha grep', queries: ['mocha grep', 'mocha -g'] },
};
const SEARCHING: readonly [object, readonly AgentEvent[]] = [
  SEARCH,
  [
    { type: 'response.web_search_call.in_progress', item_id: 'ws_1' },
    { type: 'response.web_search_call.searching', item_id: 'ws_1' },
    { type: 'response.web_search_call.completed', item_id: 'ws_1' },
  ],
];
const SHELL: readonly [object, readonly AgentEvent[]] = [
  {
    id: 'lsh_1',
    type: 'local_shell_call',
    call_id: 'call_4',
    status: 'completed',
    action: {
      type: 'exec',
      command: ['bash', '-lc', 'git status'],
      timeout_ms: 10000,
      working_directory: '/src',
      env: {},
    },
  },
  [],
];
const TOOL_SEARCH: readonly [object, readonly AgentEvent[]] = [
  {
    id: 'tsc_1',
    type: 'tool_search_call',
    status: 'completed',
    call_id: 'call_5',
    execution: 'client',
    arguments: { query: 'issues', limit: 5 },
  },
  [],
];
const FOUND = {
  type: 'tool_search_output',
  call_id: 'call_5',
  status: 'completed',
  execution: 'client',
  tools: [TOOLS[3]],
};

const SO_FAR = [...CONTEXT, ...kept(FIRST), ...RESULTS];
const COMPACTED = { type: 'compaction', encrypted_content: 'gAAAAABpCompactedHistory==' };

function post(
  name: string,
  body: object,
  events: readonly AgentEvent[],
  path = '/v1/responses',
): AgentExchange {
  return { name, path, headers: HEADERS, body, reply: { events } };
}

/** A session of Codex, in order: later requests give back what earlier replies brought. */
export const CODEX: readonly AgentExchange[] = [
  {
    name: 'the list of models',
    method: 'GET',
    path: '/v1/models?client_version=0.154.0',
    headers: HEADERS,
    reply: {
      whole: { models: [{ slug: 'gpt-5.4-codex', display_name: 'GPT-5.4-Codex', visibility: 'list' }] },
    },
  },
  post('the first turn: parallel calls', request(CONTEXT), turn('resp_1', FIRST)),
  post('the second turn: results of both, sealed reasoning', request(SO_FAR), turn('resp_2', SECOND)),
  post('the third turn: a patch', request([...SO_FAR, ...kept(SECOND), PATCHED]), turn('resp_3', LAST)),
  post(
    'items with their ids',
    request([...CONTEXT, ...withIds(FIRST), ...RESULTS, ...withIds(SECOND), PATCHED]),
    turn('resp_4', LAST),
  ),
  post(
    'items of earlier replies by reference',
    request([
      ...CONTEXT,
      { type: 'item_reference', id: 'rs_1' },
      { type: 'item_reference', id: 'fc_1' },
      RESULTS[0] ?? {},
    ]),
    turn('resp_5', LAST),
  ),
  post(
    'the response before this one by its id',
    request([{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] }], {
      store: true,
      previous_response_id: 'resp_5',
    }),
    turn('resp_6', [SEARCHING, SHELL, TOOL_SEARCH]),
  ),
  post(
    'results of a search of tools and of a local shell',
    request([
      ...CONTEXT,
      SEARCH,
      ...kept([SHELL]),
      {
        type: 'local_shell_call_output',
        call_id: 'call_4',
        output: '{"output":"clean","metadata":{"exit_code":0,"duration_seconds":0.1}}',
      },
      ...kept([TOOL_SEARCH]),
      FOUND,
    ]),
    turn('resp_7', [
      functionCall('fc_3', 'call_6', { state: 'open' }, { name: 'list_issues', namespace: 'mcp__github__' }),
    ]),
  ),
  post(
    'a call of a namespace in the history, and an answer of a schema',
    request(
      [
        ...CONTEXT,
        ...kept([
          functionCall(
            'fc_3',
            'call_6',
            { state: 'open' },
            { name: 'list_issues', namespace: 'mcp__github__' },
          ),
        ]),
        { type: 'function_call_output', call_id: 'call_6', output: '[]' },
      ],
      {
        text: {
          verbosity: 'low',
          format: {
            type: 'json_schema',
            strict: true,
            name: 'codex_output_schema',
            schema: { type: 'object' },
          },
        },
      },
    ),
    turn('resp_8', [message('msg_2', '{"done": true}', 'final_answer')]),
  ),
  {
    name: 'compaction by its own route',
    path: '/v1/responses/compact',
    headers: { ...HEADERS, accept: 'application/json' },
    body: {
      model: 'gpt-5.4-codex',
      instructions: 'You are a coding agent.',
      input: SO_FAR,
      tools: TOOLS,
      parallel_tool_calls: true,
      reasoning: { effort: 'medium' },
      text: { verbosity: 'low' },
    },
    reply: {
      whole: {
        id: 'resp_9',
        object: 'response.compaction',
        created_at: 1,
        output: [CONTEXT[3], { id: 'cmp_1', ...COMPACTED }],
        usage: USAGE,
      },
    },
  },
  post(
    'compaction by a trigger',
    request([...SO_FAR, { type: 'compaction_trigger' }]),
    turn('resp_10', [[{ id: 'cmp_2', ...COMPACTED }, []]]),
  ),
  post('a compacted history', request([...CONTEXT, COMPACTED]), turn('resp_11', LAST)),
  post('items without deltas, and a reply with no more than its id', request(CONTEXT), [
    ...[{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] }].map(
      (item) => ({
        type: 'response.output_item.done',
        item,
      }),
    ),
    { type: 'response.completed', response: { id: 'resp_12' } },
  ]),
  post('a failure of the server', request(CONTEXT), [
    { type: 'response.created', response: { id: 'resp_13' } },
    {
      type: 'response.failed',
      response: {
        id: 'resp_13',
        object: 'response',
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 11.054s.' },
        usage: null,
      },
    },
  ]),
  {
    name: 'the number of tokens',
    path: '/v1/responses/input_tokens',
    headers: { ...HEADERS, accept: 'application/json' },
    body: { model: 'gpt-5.4-codex', input: CONTEXT, tools: TOOLS, instructions: 'You are a coding agent.' },
    reply: { whole: { object: 'response.input_tokens', input_tokens: 900 } },
  },
];
