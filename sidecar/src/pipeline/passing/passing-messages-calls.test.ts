import {
  event,
  START,
  blockStart,
  blockDelta,
  blockStop,
  delta,
  STOP,
  text,
} from '../testing/messages-stream.ts';
import { expectPassed } from '../testing/passing.ts';

const PATH = '/v1/messages';
const ASKED = {
  model: 'm',
  max_tokens: 9,
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
  tools: [{ name: 'f', input_schema: { type: 'object' } }],
};

describe('calls in a stream of the Messages API', () => {
  it.each<[string, string]>([
    [
      'arguments in pieces',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '' }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":1}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'arguments at the start of the block',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'arguments of null at the start',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: null }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'an empty string at the start, then pieces',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: '' }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'arguments that a limit cut short',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":"b' }),
        blockStop(0),
        delta('max_tokens'),
        STOP,
      ].join(''),
    ],
    [
      'a block that does not stop',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":1}' }),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'a piece as an object',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: { a: 1 } }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'a piece of null',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: null }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'no index',
      [
        START,
        event('content_block_start', { content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } }),
        event('content_block_delta', { delta: { type: 'input_json_delta', partial_json: '{}' } }),
        event('content_block_stop'),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'an index that is always 0',
      [
        START,
        text(0, 'Hi'),
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStop(0),
        blockStart(0, { type: 'tool_use', id: 'u', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"b":1}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'an index as a string',
      [
        START,
        event('content_block_start', {
          index: '0',
          content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
        }),
        event('content_block_delta', { index: '0', delta: { type: 'input_json_delta', partial_json: '{}' } }),
        event('content_block_stop', { index: '0' }),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'calls in turns',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockStart(1, { type: 'tool_use', id: 'u', name: 'f', input: {} }),
        blockDelta(1, { type: 'input_json_delta', partial_json: '{"b":1}' }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":1}' }),
        blockStop(0),
        blockStop(1),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'two calls at one index, the first without its stop',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStart(0, { type: 'tool_use', id: 'u', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'a web search, with its results and an error',
      [
        START,
        blockStart(0, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
        blockStop(0),
        blockStart(1, {
          type: 'web_search_tool_result',
          tool_use_id: 'srvtoolu_1',
          content: [
            {
              type: 'web_search_result',
              url: 'https://docs.example.com',
              title: 't',
              encrypted_content: 'QUJD',
              page_age: null,
            },
          ],
        }),
        blockStop(1),
        blockStart(2, {
          type: 'web_search_tool_result',
          tool_use_id: 's',
          content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
        }),
        blockStop(2),
        text(3, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'a call that names its caller',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {}, caller: { type: 'direct' } }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'a character in two pieces',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":"\ud83d' }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '\ude00"}' }),
        blockStop(0),
        delta('tool_use'),
        STOP,
      ].join(''),
    ],
    [
      'LiteLLM, more members of usage',
      [
        START,
        text(0, 'Hi'),
        delta('end_turn', {
          input_tokens: 1,
          output_tokens: 2,
          cache_creation: { ephemeral_5m_input_tokens: 0 },
          server_tool_use: { web_search_requests: 0 },
          service_tier: 'standard',
          iterations: null,
        }),
        STOP,
      ].join(''),
    ],
    [
      'a call of an MCP server and its result',
      [
        START,
        blockStart(0, { type: 'mcp_tool_use', id: 'm', name: 'echo', server_name: 'srv', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{}' }),
        blockStop(0),
        blockStart(1, {
          type: 'mcp_tool_result',
          tool_use_id: 'm',
          is_error: false,
          content: [{ type: 'text', text: 'x' }],
        }),
        blockStop(1),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'a server_name of null',
      [
        START,
        blockStart(0, { type: 'tool_use', id: 'm', name: 'echo', server_name: null, input: {} }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });
});
