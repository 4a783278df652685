import type { AgentEvent } from '../exchange.ts';

export const USAGE = {
  input_tokens: 900,
  input_tokens_details: { cached_tokens: 512 },
  output_tokens: 60,
  output_tokens_details: { reasoning_tokens: 32 },
  total_tokens: 960,
};

/** Only the events that Codex reads: items when they are done, text as it arrives. */
export function turn(
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

export function functionCall(
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

export function message(id: string, text: string, phase: string): readonly [object, readonly AgentEvent[]] {
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
export const FIRST = [
  reasoning('rs_1', SEALED[0]),
  message('msg_0', 'I will look at the test first.', 'commentary'),
  functionCall('fc_1', 'call_1', { command: 'npm test -- --grep "a"', workdir: '/src', timeout_ms: 120000 }),
  functionCall('fc_2', 'call_2', { command: "sed -n '1,80p' src/a.ts" }),
] as const;
export const SECOND = [reasoning('rs_2', SEALED[1]), patch()] as const;
export const LAST = [message('msg_1', 'The test passes now.', 'final_answer')] as const;

export const SEARCH = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query: 'mocha grep', queries: ['mocha grep', 'mocha -g'] },
};
export const SEARCHING: readonly [object, readonly AgentEvent[]] = [
  SEARCH,
  [
    { type: 'response.web_search_call.in_progress', item_id: 'ws_1' },
    { type: 'response.web_search_call.searching', item_id: 'ws_1' },
    { type: 'response.web_search_call.completed', item_id: 'ws_1' },
  ],
];
export const SHELL: readonly [object, readonly AgentEvent[]] = [
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
export const TOOL_SEARCH: readonly [object, readonly AgentEvent[]] = [
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
