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
  textDelta,
  message,
} from '../testing/responses-stream.ts';
import { expectPassed, sse } from '../testing/passing.ts';

const DONE = 'data: [DONE]\n\n';
const IN_PROGRESS = event('response.in_progress', { response: response('in_progress') });

describe('a stream of the Responses API', () => {
  it.each<[string, string]>([
    ['a message from created to completed', [CREATED, IN_PROGRESS, message(), completed()].join('')],
    ['no created event', [message(), completed()].join('')],
    ['no last event', [CREATED, message()].join('')],
    ['[DONE] behind completed', [CREATED, message(), completed(), DONE].join('')],
    ['[DONE] in place of completed', [CREATED, message(), DONE].join('')],
    ['an item that does not end, then [DONE]', [CREATED, added(item(null)), textDelta('Hi'), DONE].join('')],
    ['an item that does not end, and no last event', [CREATED, added(item(null)), textDelta('Hi')].join('')],
    ['text without an item around it', [textDelta('Hi'), completed()].join('')],
    [
      'text without indexes',
      [sse({ type: 'response.output_text.delta', delta: 'Hi' }), completed()].join(''),
    ],
    ['completed with no output', [CREATED, message(), completed([])].join('')],
    ['completed with output of null', [CREATED, message(), completed(null)].join('')],
    [
      'completed with a response of null',
      [CREATED, message(), event('response.completed', { response: null })].join(''),
    ],
    ['completed without a response', [CREATED, message(), event('response.completed')].join('')],
    [
      'an empty text at the end of a text',
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
      'no text at the end of a text',
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
      'pings before, between and behind',
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
      'incomplete for want of tokens',
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
      'incomplete by a filter',
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
    [
      'an error event',
      [CREATED, message(), event('error', { code: 'x', message: 'boom', param: null })].join(''),
    ],
    ['an error without a type', [CREATED, sse({ error: { message: 'boom' } })].join('')],
    [
      'an error event around an object',
      [CREATED, sse({ type: 'error', error: { type: 'x', message: 'y' } }, 'error')].join(''),
    ],
    [
      'an error within a text',
      [CREATED, added(item(null)), textDelta('Hi'), event('error', { message: 'boom' })].join(''),
    ],
    ['an error as a string', [CREATED, sse({ error: 'boom' })].join('')],
    ['an event named error without a type', [CREATED, sse({ message: 'x', code: 500 }, 'error')].join('')],
    [
      'an event behind the end',
      [CREATED, message(), completed(), event('response.foo', { x: 'y' })].join(''),
    ],
    ['usage of null', [CREATED, message(), completed([item('Hi')], { usage: null })].join('')],
    [
      'usage below zero and as a string',
      [CREATED, message(), completed([item('Hi')], { usage: { input_tokens: -1, output_tokens: '5' } })].join(
        '',
      ),
    ],
    ['usage as a list', [CREATED, message(), completed([item('Hi')], { usage: [] })].join('')],
    ['a model as a number', [CREATED, message(), completed([item('Hi')], { model: 5 })].join('')],
    ['a status as a number', [CREATED, message(), completed([item('Hi')], { status: 5 })].join('')],
    [
      'null in the settings of the response',
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
    [
      'a tool without a name in the response',
      [CREATED, message(), completed([item('Hi')], { tools: [{ type: 'function' }] })].join(''),
    ],
    [
      'tools as an object in the response',
      [CREATED, message(), completed([item('Hi')], { tools: {} })].join(''),
    ],
    [
      'tools as strings in the response',
      [CREATED, message(), completed([item('Hi')], { tools: ['a'] })].join(''),
    ],
    [
      'instructions as a list in the response',
      [
        CREATED,
        message(),
        completed([item('Hi')], { instructions: [{ type: 'message', role: 'system', content: 'x' }] }),
      ].join(''),
    ],
    [
      'a refusal',
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
      'a citation',
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
      'logprobs and padding',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi', { logprobs: [{ token: 'Hi', logprob: -0.1, top_logprobs: [] }], obfuscation: 'abc' }),
        done(item('Hi')),
        completed(),
      ].join(''),
    ],
    [
      'logprobs of null',
      [CREATED, added(item(null)), textDelta('Hi', { logprobs: null }), done(item('Hi')), completed()].join(
        '',
      ),
    ],
    [
      'a character in two pieces',
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
      'a delta of null',
      [CREATED, added(item(null)), textDelta(null), textDelta('Hi'), done(item('Hi')), completed()].join(''),
    ],
    [
      'a delta as a number',
      [CREATED, added(item(null)), textDelta(5), done(item('5')), completed([item('5')])].join(''),
    ],
    [
      'an item of null',
      [
        CREATED,
        event('response.output_item.added', { output_index: 0, item: null }),
        message(),
        completed(),
      ].join(''),
    ],
    [
      'a part of null',
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
      'indexes as strings',
      [
        CREATED,
        added(item(null), '0'),
        textDelta('Hi', { output_index: '0', content_index: '0' }),
        done(item('Hi'), '0'),
        completed(),
      ].join(''),
    ],
    [
      'an index of 1e300',
      [
        CREATED,
        added(item(null), 1e300),
        textDelta('Hi', { output_index: 1e300 }),
        done(item('Hi'), 1e300),
        completed(),
      ].join(''),
    ],
    [
      'a negative index',
      [
        CREATED,
        added(item(null), -1),
        textDelta('Hi', { output_index: -1 }),
        done(item('Hi'), -1),
        completed(),
      ].join(''),
    ],
    [
      'no sequence numbers',
      [
        sse({ type: 'response.created', response: response('in_progress') }),
        sse({ type: 'response.output_text.delta', delta: 'Hi' }),
        sse({ type: 'response.completed', response: response('completed', [item('Hi')]) }),
      ].join(''),
    ],
    [
      'content of an item as a string',
      [
        CREATED,
        done({ type: 'message', id: 'i', role: 'assistant', content: 'Hi' }),
        completed([{ type: 'message', id: 'i', role: 'assistant', content: 'Hi' }]),
      ].join(''),
    ],
    [
      'speech',
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
      'queued before created',
      [event('response.queued', { response: response('queued') }), CREATED, message(), completed()].join(''),
    ],
    [
      'an event without a type in its data',
      ['event: response.in_progress\ndata: {"response":null}\n\n', CREATED, message(), completed()].join(''),
    ],
    ['types in the data alone', [(CREATED + message() + completed()).replace(/event: .*\n/g, '')].join('')],
    [
      'an empty text in the item, then deltas',
      [CREATED, added(item('')), textDelta('Hi'), done(item('Hi')), completed()].join(''),
    ],
    [
      'two parts of text',
      [
        CREATED,
        added(item(null)),
        textDelta('Hi'),
        textDelta('Yo', { content_index: 1 }),
        done({ ...item(null), content: [part('Hi'), part('Yo')] }),
        completed([]),
      ].join(''),
    ],
    ['two messages at one index', [CREATED, message(), message('Yo'), completed([])].join('')],
    ['created twice', [CREATED, CREATED, message(), completed()].join('')],
  ])('passes as it came: %s', (_name, stream) => {
    expectPassed({ path: PATH, request: ASKED, response: stream });
  });
});
