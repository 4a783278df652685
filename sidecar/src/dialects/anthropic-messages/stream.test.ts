import { describe, expect, it } from '@jest/globals';

import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { Frame, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect } from '../testing/collected.ts';
import { anthropicMessages } from './index.ts';

const PROMPT: Prompt = {
  operation: 'chat',
  model: 'asked',
  stream: true,
  maxOutputTokens: 1,
  segments: [],
  offers: [],
  choice: { kind: 'auto' },
  calls: [],
  media: [],
};
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

function stream(): StreamReader {
  return anthropicMessages.stream(PROMPT, { model: null, stream: null, framing: 'sse' });
}

function frame(type: string, data: JsonObject = {}): Frame {
  return { event: type, data: JSON.stringify({ type, ...data }) };
}

const START = frame('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 9, output_tokens: 1 },
  },
});
const block = (index: number, content_block: JsonObject): Frame =>
  frame('content_block_start', { index, content_block });
const delta = (index: number, change: JsonObject): Frame =>
  frame('content_block_delta', { index, delta: change });
const stop = (index: number): Frame => frame('content_block_stop', { index });
const TEXT = block(0, { type: 'text', text: '' });
const CALL = block(1, { type: 'tool_use', id: 'toolu_1', name: 'send', input: {} });
const END = [
  frame('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }),
  frame('message_stop'),
];

describe('malformed frames', () => {
  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: 'ping', data: '{' }], 'not valid JSON'],
    ['an OpenAI terminator', [{ event: null, data: '[DONE]' }], 'not valid JSON'],
    ['a frame without a name', [{ ...START, event: null }], 'differs from the name of the event'],
    ['a name that lies', [{ ...START, event: 'ping' }], 'differs from the name of the event'],
    ['an unknown event', [START, frame('content_block_poem')], 'unknown event'],
    ['a block before the message', [TEXT], 'message_start must come first'],
    ['two messages', [START, START], 'message_start must come first, and once'],
    [
      'a message with content',
      [
        frame('message_start', {
          message: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'x' }] },
        }),
      ],
      'must be empty',
    ],
    ['an index used twice', [START, TEXT, stop(0), TEXT], '/index: used twice'],
    ['a negative index', [START, block(-1, { type: 'text', text: '' })], '/index: must be a whole number'],
    [
      'a delta without its block',
      [START, delta(0, { type: 'text_delta', text: 'x' })],
      '/index: no such open content block',
    ],
    [
      'a delta after the end of its block',
      [START, TEXT, stop(0), delta(0, { type: 'text_delta', text: 'x' })],
      '/index: no such open content block',
    ],
    [
      'arguments in a text block',
      [START, TEXT, delta(0, { type: 'input_json_delta', partial_json: '{' })],
      '/delta/type: does not fit',
    ],
    [
      'text in a call',
      [START, CALL, delta(1, { type: 'text_delta', text: 'x' })],
      '/delta/type: does not fit',
    ],
    ['an unknown delta', [START, TEXT, delta(0, { type: 'poem_delta' })], '/delta/type: does not fit'],
    [
      'a delta for a block that came whole',
      [
        START,
        block(0, { type: 'tool_use', name: 'f', input: { a: 1 } }),
        delta(0, { type: 'input_json_delta', partial_json: '{}' }),
      ],
      '/delta/type: does not fit',
    ],
    ['an unknown block', [START, block(0, { type: 'poem' })], '/content_block/type: unknown content block'],
    [
      'an end with an open block',
      [START, TEXT, frame('message_stop')],
      'message_stop while a content block is open',
    ],
    ['something after the end', [START, ...END, TEXT], 'an event after message_stop'],
  ])('%s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it('is not complete while a message goes on', () => {
    expect(collect(stream(), [START, TEXT]).complete).toBe(false);
    expect(collect(stream(), [START, TEXT, stop(0), ...END.slice(0, 1)]).complete).toBe(false);
  });

  it('is not complete after an error of the upstream, whose text is scanned', () => {
    const read = collect(stream(), [
      START,
      frame('error', { error: { type: 'overloaded_error', message: 'busy' } }),
    ]);
    expect(read).toMatchObject({ complete: false, whole: ['assistant/metadata: busy'] });
  });
});

describe('streams', () => {
  it('runs texts, reasoning and calls together by block', () => {
    const frames = [
      START,
      frame('ping'),
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'h' }),
      delta(0, { type: 'thinking_delta', thinking: 'm' }),
      delta(0, { type: 'signature_delta', signature: 'c2lnc2ln' }),
      stop(0),
      CALL,
      delta(1, { type: 'input_json_delta', partial_json: '' }),
      delta(1, { type: 'input_json_delta', partial_json: '{"to":' }),
      block(2, { type: 'text', text: 'a' }),
      delta(2, { type: 'text_delta', text: 'b' }),
      delta(2, {
        type: 'citations_delta',
        citation: { type: 'char_location', cited_text: 'q', document_title: null },
      }),
      delta(1, { type: 'input_json_delta', partial_json: '"x"}' }),
      stop(2),
      stop(1),
      ...END,
    ];
    expect(collect(stream(), frames)).toEqual({
      texts: { 'content/0': 'hm', 'content/2': 'ab' },
      whole: ['document/citation: q'],
      calls: { 'content/1': 'send {"to":"x"}' },
      ended: ['content/0', 'content/2', 'content/1'],
      finishReasons: ['end_turn'],
      complete: true,
    });
  });

  it('reads blocks that come whole', () => {
    const found = {
      type: 'web_search_tool_result',
      tool_use_id: 'a',
      content: [{ type: 'web_search_result', title: 't', url: 'u', encrypted_content: 'eA==' }],
    };
    const frames = [
      START,
      block(0, found),
      stop(0),
      block(1, { type: 'tool_use', name: 'f', input: { a: 'v' } }),
      stop(1),
      ...END,
    ];
    expect(collect(stream(), frames)).toMatchObject({
      whole: [
        'document/tool_result: t',
        'document/tool_result: u',
        'assistant/tool_arguments: a',
        'assistant/tool_arguments: v',
      ],
      calls: { 'content/1': 'f {"a":"v"}' },
      complete: true,
    });
  });

  it('points at the string that holds a piece', () => {
    const reader = stream();
    reader.read(START);
    reader.read(TEXT);
    expect(reader.read(delta(0, { type: 'text_delta', text: 'x' })).texts).toEqual([
      {
        key: 'content/0',
        pointer: '/delta/text',
        text: 'x',
        origin: 'assistant',
        channel: 'content',
        whole: false,
      },
    ]);
    reader.read(CALL);
    expect(reader.read(delta(1, { type: 'input_json_delta', partial_json: '{' })).calls).toEqual([
      { key: 'content/1', pointer: '/delta/partial_json', name: null, arguments: '{', whole: false },
    ]);
  });

  it('adds up usage and names the model', () => {
    const reader = stream();
    expect(reader.read(START)).toMatchObject({
      model: 'm',
      usage: { inputTokens: 9, outputTokens: 1 },
      last: false,
    });
    expect(END.map((each) => reader.read(each))).toMatchObject([
      { usage: { inputTokens: 9, outputTokens: 7 }, last: false },
      { usage: null, last: true },
    ]);
  });
});

describe('finish', () => {
  const events = (wire: string): readonly string[] =>
    [...wire.matchAll(/^event: (.*)$/gm)].map(([, name]) => name ?? '');

  it.each<[string, readonly Frame[], readonly Frame[], readonly string[]]>([
    ['nothing seen', [START, TEXT], [], ['message_start', 'message_delta', 'message_stop']],
    ['the start seen', [START, TEXT], [START], ['message_delta', 'message_stop']],
    [
      'an open block seen',
      [START, TEXT],
      [START, TEXT],
      ['content_block_stop', 'message_delta', 'message_stop'],
    ],
    [
      'a closed block seen',
      [START, TEXT, stop(0)],
      [START, TEXT, stop(0)],
      ['message_delta', 'message_stop'],
    ],
    [
      'two open blocks seen',
      [START, TEXT, CALL],
      [START, TEXT, CALL],
      ['content_block_stop', 'content_block_stop', 'message_delta', 'message_stop'],
    ],
    ['all of it seen', [START, ...END], [START, ...END], []],
  ])('%s', (_, read, released, expected) => {
    const reader = stream();
    for (const each of read) reader.read(each);
    for (const each of released) reader.released(each);
    expect(events(reader.finish(REFUSAL))).toEqual(expected);
  });
});
