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
import { expectPassed, sse } from '../testing/passing.ts';

const PATH = '/v1/messages';
const ASKED = { model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'hi' }] };
const DONE = 'data: [DONE]\n\n';

describe('a stream of the Messages API', () => {
  it.each<[string, string]>([
    ['plain', [START, event('ping'), text(0, 'Hi'), delta(), STOP].join('')],
    ['no stop', [START, text(0, 'Hi'), delta()].join('')],
    ['no delta no stop', [START, text(0, 'Hi')].join('')],
    [
      'nothing closed',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
      ].join(''),
    ],
    [
      'message_delta w/o usage',
      [START, text(0, 'Hi'), event('message_delta', { delta: { stop_reason: 'end_turn' } }), STOP].join(''),
    ],
    ['usage null', [START, text(0, 'Hi'), delta('end_turn', null), STOP].join('')],
    [
      'usage odd',
      [
        START,
        text(0, 'Hi'),
        delta('end_turn', { output_tokens: -1, input_tokens: 1.5, cache_read_input_tokens: '1' }),
        STOP,
      ].join(''),
    ],
    [
      'usage str',
      [
        START,
        text(0, 'Hi'),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: 'none' }),
        STOP,
      ].join(''),
    ],
    [
      'message_delta delta null',
      [START, text(0, 'Hi'), event('message_delta', { delta: null, usage: { output_tokens: 1 } }), STOP].join(
        '',
      ),
    ],
    [
      'start w/o usage',
      [
        event('message_start', {
          message: { id: 'a', type: 'message', role: 'assistant', content: [], model: 'm' },
        }),
        text(0, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'start usage null content null',
      [
        event('message_start', { message: { id: 'a', content: null, model: null, usage: null } }),
        text(0, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'start message null',
      [event('message_start', { message: null }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    ['start absent', [text(0, 'Hi'), delta(), STOP].join('')],
    ['start twice', [START, START, text(0, 'Hi'), delta(), STOP].join('')],
    [
      'start model num',
      [event('message_start', { message: { model: 1, content: [] } }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    [
      'error mid',
      [
        START,
        text(0, 'Hi'),
        event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      ].join(''),
    ],
    [
      'error first',
      [event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })].join(''),
    ],
    ['error no event name', [START, sse({ type: 'error', error: { type: 'x', message: 'y' } })].join('')],
    ['error string', [START, event('error', { error: 'boom' })].join('')],
    ['error untyped', [START, sse({ error: { message: 'x' } })].join('')],
    ['error untyped str', [START, sse({ error: 'x' })].join('')],
    [
      'error, then message_stop',
      [START, event('error', { error: { type: 'x', message: 'y' } }), STOP].join(''),
    ],
    [
      'error open block',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
        event('error', { error: { type: 'x', message: 'y' } }),
      ].join(''),
    ],
    [
      'unknown block',
      [
        START,
        blockStart(0, { type: 'hologram', data: 'abc', x: { y: 'z' } }),
        blockDelta(0, { type: 'hologram_delta', piece: 'Hi' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'unknown delta',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'emoji_delta', emoji: 'x' }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'unknown event',
      [START, event('context_trimmed', { note: 'a b' }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    [
      'thinking',
      [
        START,
        blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
        blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
        blockDelta(0, { type: 'signature_delta', signature: 'ErUBCkYI'.repeat(10) }),
        blockStop(0),
        text(1, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'redacted_thinking',
      [
        START,
        blockStart(0, { type: 'redacted_thinking', data: 'QUJD'.repeat(300) }),
        blockStop(0),
        text(1, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'signature null',
      [
        START,
        blockStart(0, { type: 'thinking', thinking: '', signature: null }),
        blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
        blockStop(0),
        text(1, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'thinking null',
      [
        START,
        blockStart(0, { type: 'thinking', thinking: null }),
        blockStop(0),
        text(1, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'citations',
      [
        START,
        blockStart(0, { type: 'text', text: '', citations: [] }),
        blockDelta(0, {
          type: 'citations_delta',
          citation: {
            type: 'char_location',
            cited_text: 'x',
            document_index: 0,
            document_title: null,
            start_char_index: 0,
            end_char_index: 1,
          },
        }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'text in start',
      [
        START,
        blockStart(0, { type: 'text', text: 'Hello ' }),
        blockDelta(0, { type: 'text_delta', text: 'there' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'text null',
      [
        START,
        blockStart(0, { type: 'text', text: null }),
        blockDelta(0, { type: 'text_delta', text: null }),
        blockDelta(0, { type: 'text_delta', text: 'a' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'content_block null',
      [
        START,
        blockStart(0, null),
        blockDelta(0, { type: 'text_delta', text: 'a' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'content_block absent',
      [
        START,
        event('content_block_start', { index: 0 }),
        blockDelta(0, { type: 'text_delta', text: 'a' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'delta null',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, null),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'delta untyped',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { text: 'Hi' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'delta string',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, 'Hi'),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    ['block w/o type', [START, blockStart(0, { text: 'Hi' }), blockStop(0), delta(), STOP].join('')],
    [
      'emoji',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'a\ud83d' }),
        blockDelta(0, { type: 'text_delta', text: '\ude00' }),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    ['DONE', [START, text(0, 'Hi'), delta(), STOP, DONE].join('')],
    ['ping after end', [START, text(0, 'Hi'), delta(), STOP, event('ping')].join('')],
    ['message_stop twice', [START, text(0, 'Hi'), delta(), STOP, STOP].join('')],
    ['text after stop_reason', [START, text(0, 'Hi'), delta(), text(1, 'more'), STOP].join('')],
    ['data only', [[START, text(0, 'Hi'), delta(), STOP].join('').replace(/event: .*\n/g, '')].join('')],
    [
      'event message',
      [[START, text(0, 'Hi'), delta(), STOP].join('').replace(/event: .*\n/g, 'event: message\n')].join(''),
    ],
    ['event only, type absent', ['event: message_stop\ndata: {}\n\n'].join('')],
    ['stop_reason weird', [START, text(0, 'Hi'), delta('content_filter'), STOP].join('')],
    ['stop_reason empty', [START, text(0, 'Hi'), delta(''), STOP].join('')],
    ['stop_reason null', [START, text(0, 'Hi'), delta(null), STOP].join('')],
    ['refusal', [START, text(0, 'Hi'), delta('refusal'), STOP].join('')],
    ['stop num', [START, text(0, 'Hi'), delta(1), STOP].join('')],
    [
      'context_management',
      [
        START,
        text(0, 'Hi'),
        event('message_delta', {
          delta: { stop_reason: 'end_turn', container: null },
          context_management: { applied_edits: [] },
          usage: { output_tokens: 1 },
        }),
        STOP,
      ].join(''),
    ],
    [
      'bedrock metrics',
      [
        START,
        text(0, 'Hi'),
        delta(),
        event('message_stop', {
          'amazon-bedrock-invocationMetrics': { inputTokenCount: 1, invocationLatency: 2 },
        }),
      ].join(''),
    ],
    [
      'index float/neg',
      [
        START,
        blockStart(-1, { type: 'text', text: '' }),
        blockDelta(-1, { type: 'text_delta', text: 'Hi' }),
        blockStop(-1),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'index huge',
      [
        START,
        blockStart(1e300, { type: 'text', text: '' }),
        blockDelta(1e300, { type: 'text_delta', text: 'Hi' }),
        blockStop(1e300),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'compaction',
      [
        START,
        blockStart(0, { type: 'compaction', content: null }),
        blockDelta(0, { type: 'compaction_delta', content: 'sum' }),
        blockStop(0),
        text(1, 'a'),
        delta('compaction'),
        STOP,
      ].join(''),
    ],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });

  it('drops events after its end', () => {
    const whole = START + text(0, 'Hi') + delta() + STOP;
    for (const behind of [delta(), text(1, 'x'), START])
      expectPassed({ path: PATH, request: ASKED, response: whole + behind }, whole);
  });
});
