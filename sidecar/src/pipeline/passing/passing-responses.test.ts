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
