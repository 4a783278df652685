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

const SEALED = Buffer.alloc(2000, 0x89).toString('base64');

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
function block(index: number, content_block: JsonObject): Frame {
  return frame('content_block_start', { index, content_block });
}
function delta(index: number, change: JsonObject): Frame {
  return frame('content_block_delta', { index, delta: change });
}
function stop(index: number): Frame {
  return frame('content_block_stop', { index });
}
const TEXT = block(0, { type: 'text', text: '' });
const CALL = block(1, { type: 'tool_use', id: 'toolu_1', name: 'send', input: {} });
const END = [
  frame('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }),
  frame('message_stop'),
];

describe('malformed frames', () => {
  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: 'ping', data: '{' }], 'not valid JSON'],
    ['a name that lies', [{ ...START, event: 'ping' }], 'differs from the name of the event'],
    [
      'a plain call with a server',
      [START, block(0, { type: 'tool_use', name: 'f', server_name: 's', input: {} })],
      '/content_block/server_name: a tool that the client runs has no server',
    ],
    [
      'a call without a name',
      [START, block(0, { type: 'tool_use', input: {} })],
      '/content_block/name: a string is required',
    ],
    [
      'arguments of an unnamed call',
      [START, delta(0, { type: 'input_json_delta', partial_json: '{}' }), stop(0)],
      'content/0: a call ends without a name',
    ],
    [
      'arguments after the end of their call',
      [START, CALL, stop(1), delta(1, { type: 'input_json_delta', partial_json: '{}' }), ...END],
      'a call ends without a name',
    ],
    [
      'deltas without end in a call that is not judged',
      [
        START,
        CALL,
        ...Array.from({ length: 12 }, () => delta(1, { type: 'poem_delta', verse: 'x'.repeat(100_000) })),
      ],
      'content/1: more events than a call may have',
    ],
  ])('%s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it.each<[string, readonly Frame[]]>([
    ['nothing', []],
    ['a ping alone', [frame('ping')]],
  ])('is not complete with %s', (_, frames) => {
    expect(collect(stream(), frames).complete).toBe(false);
  });
});

describe('streams as servers send them', () => {
  const said = (text: string): Frame => delta(0, { type: 'text_delta', text });
  const [REASON, STOP] = [END.slice(0, 1), END.slice(1)];

  it.each<[string, readonly Frame[]]>([
    ['no message_stop', [START, TEXT, said('a'), stop(0), ...REASON]],
    ['a block left open', [START, TEXT, said('a'), ...END]],
    ['neither', [START, TEXT, said('a'), ...REASON]],
    ['[DONE]', [START, TEXT, said('a'), stop(0), ...END, { event: null, data: '[DONE]' }]],
    ['a ping before and after', [frame('ping'), START, TEXT, said('a'), ...END, frame('ping')]],
    ['no names of events', [START, TEXT, said('a'), ...END].map((each) => ({ ...each, event: null }))],
    [
      'no type in the data',
      [START, TEXT, said('a'), frame('message_stop')].map((each) => ({
        ...each,
        data: each.data.replace(/"type":"(?:message_stop)",?/, ''),
      })),
    ],
    ['no message_start', [TEXT, said('a'), ...END]],
    ['two message_starts', [START, START, TEXT, said('a'), ...END]],
    ['a message of nothing', [frame('message_start'), TEXT, said('a'), ...STOP]],
    ['a message without members', [frame('message_start', { message: {} }), TEXT, said('a'), ...STOP]],
    ['no start of the block', [START, said('a'), ...END]],
    ['a stop of no block', [START, TEXT, said('a'), stop(0), stop(0), stop(7), ...END]],
    ['a block of nothing', [START, frame('content_block_start', { index: 0 }), said('a'), ...END]],
    [
      'no index',
      [
        START,
        frame('content_block_start', { content_block: { type: 'text', text: '' } }),
        frame('content_block_delta', { delta: { type: 'text_delta', text: 'a' } }),
        frame('content_block_stop'),
        ...END,
      ],
    ],
  ])('pass with %s', (_, frames) => {
    expect(collect(stream(), frames)).toMatchObject({ texts: { 'content/0': 'a' }, complete: true });
  });

  it('tell blocks with one index apart', () => {
    const frames = [
      ...[START, TEXT, said('a'), stop(0)],
      ...[
        block(0, { type: 'tool_use', name: 'f', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{}' }),
      ],
      ...[stop(0), ...END],
    ];
    expect(collect(stream(), frames)).toMatchObject({
      texts: { 'content/0': 'a' },
      calls: { 'content/0.1': 'f {}' },
      ended: ['content/0', 'content/0.1'],
    });
  });

  it.each<[string, JsonObject, readonly string[], Readonly<Record<string, string>>]>([
    ['nothing', {}, [], { 'content/1': 'f ' }],
    ['nothing at all', { input: null }, [], { 'content/1': 'f ' }],
    ['deltas', {}, ['{"a"', ':1}'], { 'content/1': 'f {"a":1}' }],
    ['the start', { input: { a: 1 } }, [], { 'content/1': 'f {"a":1}' }],
    [
      'the start and deltas that say otherwise',
      { input: { a: 1 } },
      ['{"b":1}'],
      { 'content/1': 'f {"b":1}', 'content/1/1': 'f {"a":1}' },
    ],
    ['the start and the same again', { input: { a: 1 } }, ['{"a":1}'], { 'content/1': 'f {"a":1}' }],
    ['half an object', {}, ['{"a":"x'], { 'content/1': 'f {"a":"x' }],
  ])('take arguments from %s', (_, more, pieces, calls) => {
    const frames = [
      START,
      block(1, { type: 'tool_use', id: 't', name: 'f', input: {}, ...more }),
      ...pieces.map((partial_json) => delta(1, { type: 'input_json_delta', partial_json })),
      stop(1),
      frame('message_delta', { delta: { stop_reason: 'max_tokens' } }),
    ];
    expect(collect(stream(), frames)).toMatchObject({ calls, finishReasons: ['max_tokens'], complete: true });
  });

  it.each<[string, readonly Frame[], Readonly<Record<string, string>>, readonly string[]]>([
    ['an event', [START, frame('content_block_poem', { verse: 'a b' })], {}, ['assistant/metadata: a b']],
    ['no type', [{ event: null, data: '{"note":"a b"}' }], {}, ['assistant/metadata: a b']],
    [
      'a delta',
      [
        START,
        TEXT,
        delta(0, { type: 'poem_delta', verse: 'a ' }),
        delta(0, { type: 'poem_delta', verse: 'b' }),
      ],
      { 'content/0/verse': 'a b' },
      [],
    ],
    [
      'a block',
      [
        START,
        block(0, { type: 'poem', verse: 'a ', lines: ['x y'] }),
        delta(0, { type: 'poem_delta', verse: 'b', more: { deep: 'c d' } }),
      ],
      { 'content/0/verse': 'a b' },
      ['assistant/metadata: x y', 'assistant/metadata: c d'],
    ],
    [
      'arguments in a text block',
      [START, TEXT, delta(0, { type: 'input_json_delta', partial_json: 'a b' })],
      { 'content/0/partial_json': 'a b' },
      [],
    ],
    [
      'what a tool of a new kind answered',
      [
        START,
        block(0, {
          type: 'teleport_tool_result',
          tool_use_id: 't',
          content: [{ type: 'place', name: 'a b' }],
        }),
      ],
      {},
      ['assistant/metadata: a b'],
    ],
    [
      'a message that has content at its start',
      [frame('message_start', { message: { content: [{ type: 'text', text: 'a b' }] } })],
      {},
      ['assistant/content: a b'],
    ],
    [
      'an error of the server',
      [START, frame('error', { error: { type: 'overloaded_error', message: 'a b' } })],
      {},
      ['assistant/metadata: a b'],
    ],
  ])('are scanned where the API may add something: %s', (_, frames, texts, whole) => {
    expect(collect(stream(), frames)).toMatchObject({ texts, whole });
  });

  it('hold new parts of a call until it is judged', () => {
    const reader = stream();
    [START, CALL].forEach((each) => reader.read(each));
    expect(reader.read(delta(1, { type: 'poem_delta', verse: 'x' })).calls).toEqual([
      { key: 'content/1', pointer: null, name: null, arguments: '', whole: false },
    ]);
  });

  it('end with an error of the server, which the client raises', () => {
    const reader = stream();
    reader.read(START);
    expect(reader.read(frame('error', { error: { message: 'busy' } })).last).toBe(true);
    expect(reader.complete()).toBe(true);
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
      whole: ['assistant/content: c2lnc2ln', 'assistant/content: sigsig', 'document/citation: q'],
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
      content: [{ type: 'web_search_result', title: 't', url: 'u', encrypted_content: SEALED }],
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
