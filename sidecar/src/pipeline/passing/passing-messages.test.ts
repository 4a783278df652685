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
    ['text and a reason to stop', [START, event('ping'), text(0, 'Hi'), delta(), STOP].join('')],
    ['no message_stop', [START, text(0, 'Hi'), delta()].join('')],
    ['no message_delta and no message_stop', [START, text(0, 'Hi')].join('')],
    [
      'a block that does not stop, and no end',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
      ].join(''),
    ],
    [
      'a message_delta without usage',
      [START, text(0, 'Hi'), event('message_delta', { delta: { stop_reason: 'end_turn' } }), STOP].join(''),
    ],
    ['usage of null', [START, text(0, 'Hi'), delta('end_turn', null), STOP].join('')],
    [
      'usage below zero and as a string',
      [
        START,
        text(0, 'Hi'),
        delta('end_turn', { output_tokens: -1, input_tokens: 1.5, cache_read_input_tokens: '1' }),
        STOP,
      ].join(''),
    ],
    [
      'usage as a string',
      [
        START,
        text(0, 'Hi'),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: 'none' }),
        STOP,
      ].join(''),
    ],
    [
      'a message_delta of null',
      [START, text(0, 'Hi'), event('message_delta', { delta: null, usage: { output_tokens: 1 } }), STOP].join(
        '',
      ),
    ],
    [
      'a start without usage',
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
      'a start with usage and content of null',
      [
        event('message_start', { message: { id: 'a', content: null, model: null, usage: null } }),
        text(0, 'Hi'),
        delta(),
        STOP,
      ].join(''),
    ],
    [
      'a start with a message of null',
      [event('message_start', { message: null }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    ['no start', [text(0, 'Hi'), delta(), STOP].join('')],
    ['two starts', [START, START, text(0, 'Hi'), delta(), STOP].join('')],
    [
      'a model as a number',
      [event('message_start', { message: { model: 1, content: [] } }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    [
      'an error in the middle',
      [
        START,
        text(0, 'Hi'),
        event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      ].join(''),
    ],
    [
      'an error in place of the message',
      [event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })].join(''),
    ],
    [
      'an error without the name of its event',
      [START, sse({ type: 'error', error: { type: 'x', message: 'y' } })].join(''),
    ],
    ['an error as a string', [START, event('error', { error: 'boom' })].join('')],
    ['an error without a type', [START, sse({ error: { message: 'x' } })].join('')],
    ['an error as a string without a type', [START, sse({ error: 'x' })].join('')],
    [
      'an error, then message_stop',
      [START, event('error', { error: { type: 'x', message: 'y' } }), STOP].join(''),
    ],
    [
      'an error within a block',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'Hi' }),
        event('error', { error: { type: 'x', message: 'y' } }),
      ].join(''),
    ],
    [
      'a block of an unknown type',
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
      'a delta of an unknown type',
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
      'an event of an unknown type',
      [START, event('context_trimmed', { note: 'a b' }), text(0, 'Hi'), delta(), STOP].join(''),
    ],
    [
      'thinking, then text',
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
      'redacted thinking',
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
      'a signature of null',
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
      'thinking of null',
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
      'text at the start of the block',
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
      'a text of null',
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
      'a content_block of null',
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
      'no content_block',
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
      'a delta of null',
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
      'a delta without a type',
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
      'a delta as a string',
      [
        START,
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, 'Hi'),
        blockStop(0),
        delta(),
        STOP,
      ].join(''),
    ],
    ['a block without a type', [START, blockStart(0, { text: 'Hi' }), blockStop(0), delta(), STOP].join('')],
    [
      'a character in two pieces',
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
    ['[DONE] at the end', [START, text(0, 'Hi'), delta(), STOP, DONE].join('')],
    ['a ping behind the end', [START, text(0, 'Hi'), delta(), STOP, event('ping')].join('')],
    ['two message_stop', [START, text(0, 'Hi'), delta(), STOP, STOP].join('')],
    ['text behind the reason to stop', [START, text(0, 'Hi'), delta(), text(1, 'more'), STOP].join('')],
    [
      'no names of events',
      [[START, text(0, 'Hi'), delta(), STOP].join('').replace(/event: .*\n/g, '')].join(''),
    ],
    [
      'events named message',
      [[START, text(0, 'Hi'), delta(), STOP].join('').replace(/event: .*\n/g, 'event: message\n')].join(''),
    ],
    ['an end by the name of its event alone', ['event: message_stop\ndata: {}\n\n'].join('')],
    ['an unknown reason to stop', [START, text(0, 'Hi'), delta('content_filter'), STOP].join('')],
    ['an empty reason to stop', [START, text(0, 'Hi'), delta(''), STOP].join('')],
    ['a reason to stop of null', [START, text(0, 'Hi'), delta(null), STOP].join('')],
    ['a refusal', [START, text(0, 'Hi'), delta('refusal'), STOP].join('')],
    ['a reason to stop as a number', [START, text(0, 'Hi'), delta(1), STOP].join('')],
    [
      'edits of the context',
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
      'Bedrock, metrics of the invocation',
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
      'a negative index',
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
      'an index of 1e300',
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
      'a compaction',
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
