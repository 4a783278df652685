import { PATH, ASKED, event, CREATED, added, done, completed, message } from '../testing/responses-stream.ts';
import { expectPassed } from '../testing/passing.ts';

function reasoning(more: object = {}): object {
  return { type: 'reasoning', id: 'rs', summary: [], ...more };
}

describe('a stream of the Responses API', () => {
  it.each<[string, string]>([
    [
      'a summary of reasoning',
      [
        CREATED,
        added(reasoning()),
        event('response.reasoning_summary_part.added', {
          item_id: 'rs',
          output_index: 0,
          summary_index: 0,
          part: { type: 'summary_text', text: '' },
        }),
        event('response.reasoning_summary_text.delta', {
          item_id: 'rs',
          output_index: 0,
          summary_index: 0,
          delta: 'hm',
        }),
        event('response.reasoning_summary_text.done', {
          item_id: 'rs',
          output_index: 0,
          summary_index: 0,
          text: 'hm',
        }),
        event('response.reasoning_summary_part.done', {
          item_id: 'rs',
          output_index: 0,
          summary_index: 0,
          part: { type: 'summary_text', text: 'hm' },
        }),
        done(
          reasoning({
            summary: [{ type: 'summary_text', text: 'hm' }],
            encrypted_content: 'QUJD'.repeat(500),
          }),
        ),
        completed([reasoning()]),
      ].join(''),
    ],
    [
      'vLLM, reasoning in parts',
      [
        CREATED,
        added(reasoning()),
        event('response.reasoning_part.added', {
          item_id: 'rs',
          output_index: 0,
          content_index: 0,
          part: { type: 'reasoning_text', text: '' },
        }),
        event('response.reasoning_text.delta', {
          item_id: 'rs',
          output_index: 0,
          content_index: 0,
          delta: 'hm',
        }),
        event('response.reasoning_text.done', {
          item_id: 'rs',
          output_index: 0,
          content_index: 0,
          text: 'hm',
        }),
        event('response.reasoning_part.done', {
          item_id: 'rs',
          output_index: 0,
          content_index: 0,
          part: { type: 'reasoning_text', text: 'hm' },
        }),
        done(reasoning({ content: [{ type: 'reasoning_text', text: 'hm' }] })),
        completed([reasoning()]),
      ].join(''),
    ],
    [
      'reasoning in deltas that are objects',
      [
        CREATED,
        added(reasoning()),
        event('response.reasoning.delta', {
          item_id: 'rs',
          output_index: 0,
          content_index: 0,
          delta: { text: 'hm' },
        }),
        event('response.reasoning.done', { item_id: 'rs', output_index: 0, text: 'hm' }),
        done(reasoning()),
        completed([]),
      ].join(''),
    ],
    [
      'reasoning with null in its members',
      [
        CREATED,
        done(reasoning({ summary: null, content: null, encrypted_content: null, status: null })),
        completed([]),
      ].join(''),
    ],
    [
      'a call of the shell in pieces',
      [
        CREATED,
        added({ type: 'shell_call', id: 's', call_id: 'c', action: { commands: [] } }),
        event('response.shell_call_command.added', { output_index: 0, command_index: 0 }),
        event('response.shell_call_command.delta', { output_index: 0, command_index: 0, delta: 'ls' }),
        event('response.shell_call_command.done', { output_index: 0, command_index: 0, command: 'ls' }),
        done({ type: 'shell_call', id: 's', call_id: 'c', action: { commands: ['ls'] } }),
        completed([{ type: 'shell_call', id: 's', call_id: 'c', action: { commands: ['ls'] } }]),
      ].join(''),
    ],
    [
      'a patch in pieces',
      [
        CREATED,
        added({
          type: 'apply_patch_call',
          id: 's',
          call_id: 'c',
          operation: { type: 'update_file', path: 'a', diff: '' },
        }),
        event('response.apply_patch_call_operation_diff.delta', {
          output_index: 0,
          item_id: 's',
          delta: '+a',
        }),
        event('response.apply_patch_call_operation_diff.done', { output_index: 0, item_id: 's', diff: '+a' }),
        done({
          type: 'apply_patch_call',
          id: 's',
          call_id: 'c',
          operation: { type: 'update_file', path: 'a', diff: '+a' },
        }),
        completed([]),
      ].join(''),
    ],
    [
      'a web search',
      [
        CREATED,
        added({
          type: 'web_search_call',
          id: 'w',
          status: 'in_progress',
          action: { type: 'search', query: 'q' },
        }),
        event('response.web_search_call.in_progress', { output_index: 0, item_id: 'w' }),
        event('response.web_search_call.searching', { output_index: 0, item_id: 'w' }),
        event('response.web_search_call.completed', { output_index: 0, item_id: 'w' }),
        done({
          type: 'web_search_call',
          id: 'w',
          status: 'completed',
          action: { type: 'search', query: 'q', sources: [] },
        }),
        message(),
        completed([]),
      ].join(''),
    ],
    [
      'a file search with results of null',
      [
        CREATED,
        done({ type: 'file_search_call', id: 'w', status: 'completed', queries: ['q'], results: null }),
        message(),
        completed([]),
      ].join(''),
    ],
    [
      'code in pieces',
      [
        CREATED,
        added({ type: 'code_interpreter_call', id: 'w', code: '', container_id: 'c', outputs: null }),
        event('response.code_interpreter_call_code.delta', { output_index: 0, item_id: 'w', delta: '1' }),
        event('response.code_interpreter_call_code.done', { output_index: 0, item_id: 'w', code: '1' }),
        event('response.code_interpreter_call.completed', { output_index: 0, item_id: 'w' }),
        done({ type: 'code_interpreter_call', id: 'w', code: '1', container_id: 'c', outputs: [] }),
        completed([]),
      ].join(''),
    ],
    [
      'code of null',
      [
        CREATED,
        done({ type: 'code_interpreter_call', id: 'w', code: null, container_id: 'c', outputs: null }),
        completed([]),
      ].join(''),
    ],
    [
      'an image with a partial one before',
      [
        CREATED,
        added({ type: 'image_generation_call', id: 'w', status: 'in_progress' }),
        event('response.image_generation_call.partial_image', {
          output_index: 0,
          item_id: 'w',
          partial_image_index: 0,
          partial_image_b64: 'iVBORw0KGgo=',
        }),
        done({ type: 'image_generation_call', id: 'w', status: 'completed', result: 'iVBORw0KGgo=' }),
        completed([]),
      ].join(''),
    ],
    [
      'tools and a call of an MCP server',
      [
        CREATED,
        done({
          type: 'mcp_list_tools',
          id: 'm',
          server_label: 's',
          tools: [{ name: 't', input_schema: {} }],
          error: null,
        }),
        done(
          {
            type: 'mcp_call',
            id: 'n',
            server_label: 's',
            name: 't',
            arguments: '{}',
            output: 'x',
            error: null,
            approval_request_id: null,
          },
          1,
        ),
        completed([]),
      ].join(''),
    ],
    [
      'a custom tool',
      [
        CREATED,
        added({ type: 'custom_tool_call', id: 'k', call_id: 'c', name: 'f', input: '' }),
        event('response.custom_tool_call_input.delta', { output_index: 0, item_id: 'k', delta: 'ls' }),
        event('response.custom_tool_call_input.done', { output_index: 0, item_id: 'k', input: 'ls' }),
        done({ type: 'custom_tool_call', id: 'k', call_id: 'c', name: 'f', input: 'ls' }),
        completed([]),
      ].join(''),
    ],
    [
      'an item of an unknown type',
      [
        CREATED,
        added({ type: 'holo', id: 'h', text: '' }),
        event('response.holo.delta', { output_index: 0, item_id: 'h', delta: 'Hi' }),
        done({ type: 'holo', id: 'h', text: 'Hi' }),
        completed([]),
      ].join(''),
    ],
    [
      'an item without a type',
      [CREATED, added({ id: 'h', content: [] }), done({ id: 'h', content: [] }), completed([])].join(''),
    ],
  ])('passes as it came: %s', (_name, stream) => {
    expectPassed({ path: PATH, request: ASKED, response: stream });
  });
});
