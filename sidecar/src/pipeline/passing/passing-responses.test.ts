import {
  PATH,
  ASKED,
  event,
  response,
  CREATED,
  part,
  item,
  added,
  done,
  completed,
} from '../testing/responses-stream.ts';
import { expectPassed, sse } from '../testing/passing.ts';

const DONE = 'data: [DONE]\n\n';
const IN_PROGRESS = event('response.in_progress', { response: response('in_progress') });

function textDelta(delta: unknown, more: object = {}): string {
  return event('response.output_text.delta', {
    item_id: 'i',
    output_index: 0,
    content_index: 0,
    delta,
    ...more,
  });
}

function message(text = 'Hi'): string {
  return added(item(null, 'in_progress')) + textDelta(text) + done(item(text));
}

function reasoning(more: object = {}): object {
  return { type: 'reasoning', id: 'rs', summary: [], ...more };
}

describe('a stream of the Responses API', () => {
  it.each<[string, string]>([
    ['plain', [CREATED, IN_PROGRESS, message(), completed()].join('')],
    ['no created', [message(), completed()].join('')],
    ['no last', [CREATED, message()].join('')],
    ['DONE', [CREATED, message(), completed(), DONE].join('')],
    ['DONE only end', [CREATED, message(), DONE].join('')],
    ['no item done, DONE', [CREATED, added(item(null)), textDelta('Hi'), DONE].join('')],
    ['no item done, no end', [CREATED, added(item(null)), textDelta('Hi')].join('')],
    ['only text deltas', [textDelta('Hi'), completed()].join('')],
    [
      'text delta no indexes',
      [sse({ type: 'response.output_text.delta', delta: 'Hi' }), completed()].join(''),
    ],
    ['completed output []', [CREATED, message(), completed([])].join('')],
    ['completed output null', [CREATED, message(), completed(null)].join('')],
    [
      'completed response null',
      [CREATED, message(), event('response.completed', { response: null })].join(''),
    ],
    ['completed no response', [CREATED, message(), event('response.completed')].join('')],
    [
      'text done empty',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi'),
        event('response.output_text.done', { item_id: 'i', output_index: 0, content_index: 0, text: '' }),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'text done null',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi'),
        event('response.output_text.done', { item_id: 'i', output_index: 0, content_index: 0 }),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'ping',
      [
        CREATED,
        sse({ type: 'ping' }),
        sse({ type: 'ping' }, 'ping'),
        event('keepalive'),
        sse({ type: 'keepalive', sequence_number: 3 }, 'keepalive'),
        message(),
        completed(),
        sse({ type: 'ping' }, 'ping'),
      ].join(''),
    ],
    [
      'incomplete',
      [
        CREATED,
        message(),
        event('response.incomplete', {
          response: response('incomplete', [item('Hi', 'incomplete')], {
            incomplete_details: { reason: 'max_output_tokens' },
          }),
        }),
      ].join(''),
    ],
    [
      'content_filter',
      [
        CREATED,
        message(),
        event('response.incomplete', {
          response: response('incomplete', [item('Hi')], {
            incomplete_details: { reason: 'content_filter' },
          }),
        }),
      ].join(''),
    ],
    [
      'failed',
      [
        CREATED,
        message(),
        event('response.failed', {
          response: response('failed', [], { error: { code: 'server_error', message: 'boom' } }),
        }),
      ].join(''),
    ],
    ['error', [CREATED, message(), event('error', { code: 'x', message: 'boom', param: null })].join('')],
    ['error obj', [CREATED, sse({ error: { message: 'boom' } })].join('')],
    [
      'error event obj',
      [CREATED, sse({ type: 'error', error: { type: 'x', message: 'y' } }, 'error')].join(''),
    ],
    [
      'error open text',
      [CREATED, added(item(null)), textDelta('Hi'), event('error', { message: 'boom' })].join(''),
    ],
    ['error str', [CREATED, sse({ error: 'boom' })].join('')],
    ['error event no type', [CREATED, sse({ message: 'x', code: 500 }, 'error')].join('')],
    ['event after end', [CREATED, message(), completed(), event('response.foo', { x: 'y' })].join('')],
    ['usage null', [CREATED, message(), completed([item('Hi')], { usage: null })].join('')],
    [
      'usage odd',
      [CREATED, message(), completed([item('Hi')], { usage: { input_tokens: -1, output_tokens: '5' } })].join(
        '',
      ),
    ],
    ['usage arr', [CREATED, message(), completed([item('Hi')], { usage: [] })].join('')],
    ['model num', [CREATED, message(), completed([item('Hi')], { model: 5 })].join('')],
    ['status num', [CREATED, message(), completed([item('Hi')], { status: 5 })].join('')],
    [
      'tools null',
      [
        CREATED,
        message(),
        completed([item('Hi')], {
          tools: null,
          tool_choice: 'auto',
          text: null,
          reasoning: null,
          metadata: null,
          error: null,
          instructions: null,
        }),
      ].join(''),
    ],
    ['tools odd', [CREATED, message(), completed([item('Hi')], { tools: [{ type: 'function' }] })].join('')],
    ['tools obj', [CREATED, message(), completed([item('Hi')], { tools: {} })].join('')],
    ['tools strs', [CREATED, message(), completed([item('Hi')], { tools: ['a'] })].join('')],
    [
      'instructions arr',
      [
        CREATED,
        message(),
        completed([item('Hi')], { instructions: [{ type: 'message', role: 'system', content: 'x' }] }),
      ].join(''),
    ],
    [
      'reasoning summary',
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
      'vllm reasoning_part',
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
      'reasoning.delta old',
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
      'reasoning summary null',
      [
        CREATED,
        done(reasoning({ summary: null, content: null, encrypted_content: null, status: null })),
        completed([]),
      ].join(''),
    ],
    [
      'refusal',
      [
        CREATED,
        added(item(null)),
        event('response.refusal.delta', { item_id: 'i', output_index: 0, content_index: 0, delta: 'no' }),
        event('response.refusal.done', { item_id: 'i', output_index: 0, content_index: 0, refusal: 'no' }),
        done({ ...item(null), content: [{ type: 'refusal', refusal: 'no' }] }),
        completed([]),
      ].join(''),
    ],
    [
      'annotation',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi'),
        event('response.output_text.annotation.added', {
          item_id: 'i',
          output_index: 0,
          content_index: 0,
          annotation_index: 0,
          annotation: {
            type: 'url_citation',
            url: 'https://docs.example.com',
            title: 't',
            start_index: 0,
            end_index: 1,
          },
        }),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'logprobs',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi', { logprobs: [{ token: 'Hi', logprob: -0.1, top_logprobs: [] }], obfuscation: 'abc' }),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'logprobs null',
      [CREATED, added(item(null)), textDelta('Hi', { logprobs: null }), done(item('Hi')), completed()].join(
        '',
      ),
    ],
    [
      'emoji',
      [
        CREATED,
        added(item(null)),
        textDelta('a\ud83d'),
        textDelta('\ude00b'),
        done(item('a😀b')),
        completed([item('a😀b')]),
      ].join(''),
    ],
    [
      'delta null',
      [CREATED, added(item(null)), textDelta(null), textDelta('Hi'), done(item('Hi')), completed()].join(''),
    ],
    [
      'delta num',
      [CREATED, added(item(null)), textDelta(5), done(item('5')), completed([item('5')])].join(''),
    ],
    [
      'shell',
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
      'apply patch',
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
      'web search',
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
      'file search null results',
      [
        CREATED,
        done({ type: 'file_search_call', id: 'w', status: 'completed', queries: ['q'], results: null }),
        message(),
        completed([]),
      ].join(''),
    ],
    [
      'code interp',
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
      'code null',
      [
        CREATED,
        done({ type: 'code_interpreter_call', id: 'w', code: null, container_id: 'c', outputs: null }),
        completed([]),
      ].join(''),
    ],
    [
      'image gen',
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
      'mcp',
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
      'custom tool',
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
      'unknown item',
      [
        CREATED,
        added({ type: 'holo', id: 'h', text: '' }),
        event('response.holo.delta', { output_index: 0, item_id: 'h', delta: 'Hi' }),
        done({ type: 'holo', id: 'h', text: 'Hi' }),
        completed([]),
      ].join(''),
    ],
    [
      'unknown item type null',
      [CREATED, added({ id: 'h', content: [] }), done({ id: 'h', content: [] }), completed([])].join(''),
    ],
    [
      'item null',
      [
        CREATED,
        event('response.output_item.added', { output_index: 0, item: null }),
        message(),
        completed(),
      ].join(''),
    ],
    [
      'part null',
      [
        CREATED,
        added(item(null)),
        event('response.content_part.added', { output_index: 0, content_index: 0, part: null }),
        textDelta('Hi'),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'index str',
      [
        CREATED,
        added(item(null), '0'),
        textDelta('Hi', { output_index: '0', content_index: '0' }),
        done(item('Hi'), '0'),
        completed(),
      ].join(''),
    ],
    [
      'index huge',
      [
        CREATED,
        added(item(null), 1e300),
        textDelta('Hi', { output_index: 1e300 }),
        done(item('Hi'), 1e300),
        completed(),
      ].join(''),
    ],
    [
      'index neg',
      [
        CREATED,
        added(item(null), -1),
        textDelta('Hi', { output_index: -1 }),
        done(item('Hi'), -1),
        completed(),
      ].join(''),
    ],
    [
      'seq missing',
      [
        sse({ type: 'response.created', response: response('in_progress') }),
        sse({ type: 'response.output_text.delta', delta: 'Hi' }),
        sse({ type: 'response.completed', response: response('completed', [item('Hi')]) }),
      ].join(''),
    ],
    [
      'content str item',
      [
        CREATED,
        done({ type: 'message', id: 'i', role: 'assistant', content: 'Hi' }),
        completed([{ type: 'message', id: 'i', role: 'assistant', content: 'Hi' }]),
      ].join(''),
    ],
    [
      'audio',
      [
        CREATED,
        event('response.audio.delta', { delta: 'AAD//w==' }),
        event('response.audio.transcript.delta', { delta: 'Hi' }),
        event('response.audio.transcript.done'),
        event('response.audio.done'),
        message(),
        completed(),
      ].join(''),
    ],
    [
      'queued',
      [event('response.queued', { response: response('queued') }), CREATED, message(), completed()].join(''),
    ],
    [
      'event: only',
      ['event: response.in_progress\ndata: {"response":null}\n\n', CREATED, message(), completed()].join(''),
    ],
    ['data only', [(CREATED + message() + completed()).replace(/event: .*\n/g, '')].join('')],
    [
      'text in added item then deltas',
      [CREATED, added(item('')), textDelta('Hi'), done(item('Hi')), completed()].join(''),
    ],
    [
      'text twice parts',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi'),
        textDelta('Yo', { content_index: 1 }),
        done({ ...item(null), content: [part('Hi'), part('Yo')] }),
        completed([]),
      ].join(''),
    ],
    ['two msgs same index', [CREATED, message(), message('Yo'), completed([])].join('')],
    ['created twice', [CREATED, CREATED, message(), completed()].join('')],
  ])('passes as it came: %s', (_name, stream) => {
    expectPassed({ path: PATH, request: ASKED, response: stream });
  });
});
