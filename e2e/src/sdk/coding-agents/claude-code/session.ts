import type { AgentEvent, AgentExchange } from '../exchange.ts';
import { CACHED, TOOLS, PROMPT, request } from './messages.ts';
import {
  USAGE,
  turn,
  THINKING,
  REDACTED,
  text,
  call,
  RUN,
  READ,
  SAID,
  SEARCHED,
  SEARCH_HISTORY,
} from './turns.ts';

const HEADERS = {
  'x-api-key': 'sk-ant-test',
  'anthropic-version': '2023-06-01',
  'anthropic-beta':
    'claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05,advanced-tool-use-2025-11-20,effort-2025-11-24',
  'anthropic-dangerous-direct-browser-access': 'true',
  'user-agent': 'claude-cli/2.1.180 (external, cli)',
  'x-app': 'cli',
  'x-claude-code-session-id': 'b4e5aaaa-9a3e-47c4-84ad-3a70f38c676e',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
  'x-stainless-lang': 'js',
  'x-stainless-runtime': 'node',
  accept: 'application/json',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'accept-encoding': 'gzip, deflate, br, zstd',
};
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const RESULTS = {
  role: 'user',
  content: [
    {
      type: 'tool_result',
      tool_use_id: 'toolu_01',
      content: '1 failing\n\n  expected 1 to equal 2',
      is_error: true,
    },
    {
      type: 'tool_result',
      tool_use_id: 'toolu_02',
      content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
      ...CACHED,
    },
    {
      type: 'text',
      text: '<system-reminder>\nThe task tools have not been used recently.\n</system-reminder>',
    },
  ],
};
const SO_FAR = [PROMPT, { role: 'assistant', content: SAID }, RESULTS];

const BETA = '/v1/messages?beta=true';
function post(name: string, body: object, events: readonly AgentEvent[]): AgentExchange {
  return { name, path: BETA, headers: HEADERS, body, reply: { events } };
}

/** A session of Claude Code, in order. */
export const CLAUDE_CODE: readonly AgentExchange[] = [
  { name: 'the probe of the base URL', method: 'HEAD', path: '/', reply: null },
  {
    name: 'the list of models',
    method: 'GET',
    path: '/v1/models?limit=1000',
    headers: HEADERS,
    reply: {
      whole: {
        data: [{ type: 'model', id: 'claude-opus-4-8', display_name: 'Claude Opus 4.8' }],
        has_more: false,
      },
    },
  },
  {
    name: 'the check of the quota',
    path: BETA,
    headers: HEADERS,
    body: {
      model: 'claude-haiku-4-5',
      max_tokens: 1,
      messages: [{ role: 'user', content: 'quota' }],
      metadata: { user_id: 'user_0784b260bff170af_account__session_b4e5aaaa-9a3e-47c4-84ad-3a70f38c676e' },
    },
    reply: {
      whole: {
        id: 'msg_q',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [{ type: 'text', text: '#' }],
        stop_reason: 'max_tokens',
        stop_sequence: null,
        usage: USAGE,
      },
    },
  },
  {
    name: 'the number of tokens',
    path: '/v1/messages/count_tokens?beta=true',
    headers: { ...HEADERS, 'anthropic-beta': `${HEADERS['anthropic-beta']},token-counting-2024-11-01` },
    body: { model: 'claude-opus-4-8', messages: [{ role: 'user', content: 'foo' }], tools: TOOLS },
    reply: { whole: { input_tokens: 1234, context_management: { original_input_tokens: 1234 } } },
  },
  post(
    'a title of the session, by a schema',
    request([{ role: 'user', content: [{ type: 'text', text: 'Fix the failing test.' }] }], {
      tools: [],
      output_config: {
        format: {
          type: 'json_schema',
          schema: { type: 'object', properties: { title: { type: 'string' } } },
        },
      },
      temperature: 1,
    }),
    turn('msg_0', [text('{"title": "Fix test"}')], 'end_turn'),
  ),
  post(
    'the first turn: thinking and two calls',
    request([PROMPT]),
    turn(
      'msg_1',
      [
        THINKING,
        REDACTED,
        text('I will run the test.'),
        call('toolu_01', 'Bash', RUN),
        call('toolu_02', 'Read', READ),
      ],
      'tool_use',
    ),
  ),
  post(
    'the second turn: results with an image',
    request(SO_FAR),
    turn('msg_2', [text('It is the field.')], 'end_turn'),
  ),
  post(
    'a search of tools',
    request(SO_FAR),
    turn('msg_3', [call('toolu_03', 'ToolSearch', { query: 'select:mcp__github__list_issues' })], 'tool_use'),
  ),
  post(
    'references to tools, and a call of a tool of MCP',
    request([
      ...SO_FAR,
      {
        role: 'assistant',
        content: [
          {
            type: 'tool_use',
            id: 'toolu_03',
            name: 'ToolSearch',
            input: { query: 'select:mcp__github__list_issues' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_03',
            content: [{ type: 'tool_reference', tool_name: 'mcp__github__list_issues' }],
          },
          { type: 'text', text: 'Tool loaded.' },
        ],
      },
    ]),
    turn('msg_4', [call('toolu_04', 'mcp__github__list_issues', { owner: 'o', repo: 'r' })], 'tool_use'),
  ),
  post(
    'a search of the web at the provider',
    request([{ role: 'user', content: 'Perform a web search for the query: mocha grep' }], {
      tools: [
        { type: 'web_search_20250305', name: 'web_search', max_uses: 8, allowed_domains: ['mochajs.org'] },
      ],
      tool_choice: { type: 'tool', name: 'web_search' },
      thinking: { type: 'disabled' },
    }),
    turn('msg_5', SEARCHED, 'end_turn'),
  ),
  post(
    'what a search found, in the history',
    request([
      { role: 'user', content: 'Search.' },
      { role: 'assistant', content: SEARCH_HISTORY },
      { role: 'user', content: 'Go on.' },
    ]),
    turn('msg_6', [text('Done.')], 'end_turn'),
  ),
  post(
    'a document of PDF that the user attached',
    request([
      {
        role: 'user',
        content: [
          {
            type: 'document',
            source: {
              type: 'base64',
              media_type: 'application/pdf',
              data: 'JVBERi0xLjQKJeLjz9MKMSAwIG9iago8PD4+CmVuZG9iagp0cmFpbGVyCjw8Pj4KJSVFT0YK',
            },
            ...CACHED,
          },
          { type: 'text', text: 'Summarise.' },
        ],
      },
    ]),
    turn('msg_7', [text('It is empty.')], 'end_turn'),
  ),
  post(
    'compaction at the server, and its block in the history',
    request(
      [
        PROMPT,
        { role: 'assistant', content: [{ type: 'compaction', content: 'The user wants the test fixed.' }] },
        { role: 'user', content: 'Go on.' },
      ],
      {
        context_management: {
          edits: [{ type: 'compact_20260112', trigger: { type: 'input_tokens', value: 150_000 } }],
        },
      },
    ),
    turn(
      'msg_8',
      [
        [
          { type: 'compaction', content: '' },
          [{ type: 'compaction_delta', content: 'The user wants the test fixed.' }],
        ],
        text('Going on.'),
      ],
      'end_turn',
    ),
  ),
  post('an error of the server in the stream', request([PROMPT]), [
    ...turn('msg_9', [text('I will')], 'end_turn').slice(0, 4),
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' },
  ]),
  post('a call that the limit of tokens cut', request([PROMPT]), [
    ...turn(
      'msg_10',
      [
        [
          { type: 'tool_use', id: 'toolu_9', name: 'Edit', input: {} },
          [{ type: 'input_json_delta', partial_json: '{"file_path": "/src/a' }],
        ],
      ],
      'max_tokens',
    ),
  ]),
  post(
    'a call whose input is no object, in the history',
    request([
      PROMPT,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_9', name: 'Edit', input: {} }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_9',
            content:
              '<tool_use_error>InputValidationError: Edit failed due to the following issue</tool_use_error>',
            is_error: true,
          },
        ],
      },
      { role: 'system', content: 'The date is 2026-11-29.' },
    ]),
    turn('msg_11', [text('Again.')], 'end_turn'),
  ),
];
