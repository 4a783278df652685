import type { AgentEvent, AgentExchange } from '../exchange.ts';
import { TOOLS, CONTEXT, request } from './messages.ts';
import {
  USAGE,
  turn,
  functionCall,
  message,
  FIRST,
  SECOND,
  LAST,
  SEARCH,
  SEARCHING,
  SHELL,
  TOOL_SEARCH,
} from './turns.ts';

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

/** Items as Codex keeps them: without IDs and states. */
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

/** A session of Codex, in order: later requests repeat the content of earlier replies. */
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
