import type { AgentEvent } from '../exchange.ts';
import { CACHED } from './messages.ts';

export const USAGE = {
  input_tokens: 3,
  cache_creation_input_tokens: 12_000,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 12_000 },
  output_tokens: 1,
  service_tier: 'standard',
  inference_geo: 'global',
};

type Block = readonly [object, readonly object[]];

export function turn(id: string, blocks: readonly Block[], stop_reason: string): readonly AgentEvent[] {
  const message = { id, type: 'message', role: 'assistant', model: 'claude-opus-4-8', stop_sequence: null };
  return [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, stop_details: null, usage: USAGE },
    },
    { type: 'ping' },
    ...blocks.flatMap(([content_block, deltas], index) => [
      { type: 'content_block_start', index, content_block },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null, stop_details: null, container: null },
      usage: { ...USAGE, output_tokens: 120, server_tool_use: { web_search_requests: 0 } },
      context_management: { applied_edits: [] },
    },
    { type: 'message_stop' },
  ];
}

const THOUGHT = 'The assertion compares the wrong field.';
const SIGNATURE = 'EqQBCkYIBRgCKkDoSignatureOfTheServer==';
export const THINKING: Block = [
  { type: 'thinking', thinking: '', signature: '' },
  [
    { type: 'thinking_delta', thinking: THOUGHT.slice(0, 15) },
    { type: 'thinking_delta', thinking: THOUGHT.slice(15) },
    { type: 'signature_delta', signature: SIGNATURE },
  ],
];
export const REDACTED: Block = [{ type: 'redacted_thinking', data: 'EmwKAhgBEgyRedactedThinking==' }, []];

export function text(said: string): Block {
  return [
    { type: 'text', text: '' },
    [
      { type: 'text_delta', text: said.slice(0, 6) },
      { type: 'text_delta', text: said.slice(6) },
    ],
  ];
}

/** Fine-grained streaming: pieces of any size, the first empty. */
export function call(id: string, name: string, input: object): Block {
  const json = JSON.stringify(input);
  return [
    { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } },
    ['', json.slice(0, 3), json.slice(3, 40), json.slice(40)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    })),
  ];
}

export const RUN = { command: 'npm test -- --grep "a"', description: 'Run the test' };
export const READ = { file_path: '/src/shot.png' };
export const SAID = [
  { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
  { type: 'redacted_thinking', data: 'EmwKAhgBEgyRedactedThinking==' },
  { type: 'text', text: 'I will run the test.' },
  { type: 'tool_use', id: 'toolu_01', name: 'Bash', input: RUN, caller: { type: 'direct' } },
  { type: 'tool_use', id: 'toolu_02', name: 'Read', input: READ, caller: { type: 'direct' }, ...CACHED },
];

export const SEARCHED: readonly Block[] = [
  [
    { type: 'server_tool_use', id: 'srvtoolu_01', name: 'web_search', input: {} },
    [{ type: 'input_json_delta', partial_json: '{"query": "mocha grep"}' }],
  ],
  [
    {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_01',
      content: [
        {
          type: 'web_search_result',
          url: 'https://mochajs.org/',
          title: 'Mocha',
          encrypted_content: 'EtoLCioIAhgBIiQ5NmQyEncryptedPage==',
          page_age: '2 days ago',
        },
      ],
    },
    [],
  ],
  [
    { type: 'text', text: '', citations: [] },
    [
      {
        type: 'citations_delta',
        citation: {
          type: 'web_search_result_location',
          cited_text: 'Mocha is a test framework.',
          url: 'https://mochajs.org/',
          title: 'Mocha',
          encrypted_index: 'Eo8BCioIAhgBIiQEncryptedIndex==',
        },
      },
      { type: 'text_delta', text: 'Use --grep.' },
    ],
  ],
];
export const SEARCH_HISTORY = [
  { type: 'server_tool_use', id: 'srvtoolu_01', name: 'web_search', input: { query: 'mocha grep' } },
  SEARCHED[1]?.[0] ?? {},
  { type: 'text', text: 'Use --grep.' },
];
