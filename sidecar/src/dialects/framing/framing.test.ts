import fc from 'fast-check';

import type { Framing } from '../dialect.ts';
import { createFramer, renderFrame, type WireFrame } from './index.ts';

function encode(text: string): Buffer {
  return Buffer.from(text);
}

function framesOf(framing: Framing, ...chunks: readonly Uint8Array[]): readonly WireFrame[] {
  const framer = createFramer(framing, 1000);
  return [...chunks.flatMap((chunk) => [...framer.push(chunk)]), ...framer.end()];
}

function said(frames: readonly WireFrame[]): readonly (readonly [string | null, string | null])[] {
  return frames.filter((frame) => frame.data !== null).map((frame) => [frame.event, frame.data]);
}
function wire(frames: readonly WireFrame[]): string {
  return frames.map((frame) => frame.wire).join('');
}

describe('a last frame that the connection ends', () => {
  it.each<[string, Framing, readonly string[], string]>([
    ['at once', 'sse', ['data: a\n\ndata: [DONE]'], '[DONE]'],
    ['after its line', 'sse', ['data: a\n\ndata: [DONE]\n'], '[DONE]'],
    ['after its line, in two', 'sse', ['data: a\n\ndata: [DO', 'NE]\r\n'], '[DONE]'],
    ['inside of its data', 'sse', ['data: a\n\ndata: {"b', '":1'], '{"b":1'],
    ['after another field', 'sse', ['data: a\n\ndata: b\nid'], 'b'],
    ['without a line end', 'ndjson', ['a\n{"b', '":1}'], '{"b":1}'],
  ])('counts %s', (_name, framing, chunks, last) => {
    const frames = framesOf(framing, ...chunks.map(encode));
    expect(said(frames)).toEqual([
      [null, 'a'],
      [null, last],
    ]);
    expect(wire(frames)).toMatch(framing === 'sse' ? /\n\n$/ : /\}$/);
  });
});

describe('createFramer refuses', () => {
  it.each<[Framing, string, string | Uint8Array, string]>([
    ['sse', 'half a character', Uint8Array.of(0x64, 0xe2, 0x82), 'stream: not valid UTF-8'],
    ['sse', 'what is not UTF-8', Uint8Array.of(0xff, 0x0a), 'stream: not valid UTF-8'],
    [
      'sse',
      'a frame without end',
      `data: ${'a'.repeat(1000)}`,
      'stream: a frame is larger than 1000 characters',
    ],
    [
      'sse',
      'a frame of many lines',
      'data: a\n'.repeat(126),
      'stream: a frame is larger than 1000 characters',
    ],
    [
      'sse',
      'a comment without end',
      `:${'a'.repeat(1000)}`,
      'stream: a frame is larger than 1000 characters',
    ],
    [
      'sse',
      'an event name with a message',
      'event: see https://x\ndata: a\n\n',
      'stream: an event name that is not a label',
    ],
    ['ndjson', 'half a character', Uint8Array.of(0xe2, 0x82), 'stream: not valid UTF-8'],
    ['ndjson', 'a line without end', 'a'.repeat(1001), 'stream: a frame is larger than 1000 characters'],
    ['json-array', 'nothing', '', 'stream: ends inside of the array'],
    ['json-array', 'an open object', '[{"a":"}]"', 'stream: ends inside of the array'],
    ['json-array', 'no comma', '[{}{}]', 'stream: not an array of objects'],
    ['json-array', 'a string', '["a"]', 'stream: not an array of objects'],
    ['json-array', 'a comma between objects', '{},{}', 'stream: not an array of objects'],
    ['json-array', 'a bracket behind an object', '{}]', 'stream: not an array of objects'],
    ['json-array', 'more behind the array', '[{}]{}', 'stream: not an array of objects'],
    [
      'json-array',
      'an element without end',
      `[{"a":"${'a'.repeat(1000)}`,
      'stream: a frame is larger than 1000 characters',
    ],
    ['json-array', 'blanks without end', ' '.repeat(1001), 'stream: a frame is larger than 1000 characters'],
    ['json-array', 'what is not UTF-8', Uint8Array.of(0x5b, 0xff), 'stream: not valid UTF-8'],
  ])('%s: %s', (framing, _name, stream, message) => {
    const bytes = typeof stream === 'string' ? encode(stream) : stream;
    expect(() => framesOf(framing, bytes)).toThrow(message);
    expect(() => framesOf(framing, ...[...bytes].map((byte) => Uint8Array.of(byte)))).toThrow(message);
  });
});

type Row = readonly [
  string,
  Framing,
  string,
  readonly (readonly [string | null, string | null])[],
  string | null,
];

const rows: readonly Row[] = [
  ['nothing', 'sse', '', [], null],
  [
    'LF',
    'sse',
    'data: {"a":"ä€😀"}\n\ndata: [DONE]\n\n',
    [
      [null, '{"a":"ä€😀"}'],
      [null, '[DONE]'],
    ],
    null,
  ],
  [
    'CRLF',
    'sse',
    'event: x\r\ndata: a\r\n\r\ndata:b\r\n\r\n',
    [
      ['x', 'a'],
      [null, 'b'],
    ],
    null,
  ],
  [
    'CR',
    'sse',
    'data: a\r\rdata: b\r\r',
    [
      [null, 'a'],
      [null, 'b'],
    ],
    null,
  ],
  [
    'mixed line ends',
    'sse',
    'data: a\r\n\ndata: b\n\r\ndata: c\r\n\r',
    [
      [null, 'a'],
      [null, 'b'],
      [null, 'c'],
    ],
    null,
  ],
  ['a byte order mark', 'sse', '\ufeffdata: a\n\n', [[null, 'a']], 'data: a\n\n'],
  ['only one blank goes', 'sse', 'data:  a\n\n', [[null, ' a']], null],
  ['many lines', 'sse', 'data: {\ndata: "a":1}\ndata\n\n', [[null, '{\n"a":1}\n']], null],
  [
    'events without a blank line between',
    'sse',
    'data: {"a":1}\ndata: {"b":NaN}\r\nevent: x\nid: 7\ndata: {"c":3}\ndata: [DONE]\n',
    [
      [null, '{"a":1}'],
      [null, '{"b":NaN}'],
      ['x', '{"c":3}'],
      [null, '[DONE]'],
    ],
    'data: {"a":1}\n\ndata: {"b":NaN}\r\n\nevent: x\nid: 7\ndata: {"c":3}\n\ndata: [DONE]\n\n',
  ],
  ['blank data behind an object', 'sse', 'data: {"a":1}\ndata: \n\n', [[null, '{"a":1}\n']], null],
  ['an event name behind its data', 'sse', 'data: {"a":1}\nevent: x\n\n', [['x', '{"a":1}']], null],
  ['data that is no object, in two lines', 'sse', 'data: [1]\ndata: 2\n\n', [[null, '[1]\n2']], null],
  ['all fields', 'sse', 'id: 1\nevent: x.y\nretry: 10\ndata: a\n\n', [['x.y', 'a']], null],
  ['the last event counts', 'sse', 'event: a\nevent: b\ndata: c\n\n', [['b', 'c']], null],
  ['an empty event is none', 'sse', 'event:\ndata: c\n\n', [[null, 'c']], null],
  [
    'heartbeats lose what they say',
    'sse',
    ': a secret\n\ndata: a\n\n:\n\n',
    [[null, 'a']],
    ':\n\ndata: a\n\n:\n\n',
  ],
  ['an event without data', 'sse', 'event: ping\n\n', [], ':\n\n'],
  [
    'a comment in a frame',
    'sse',
    'event: x\n: a secret\ndata: a\ndata: b\n\n',
    [['x', 'a\nb']],
    'event: x\ndata: a\ndata: b\n\n',
  ],
  ['unknown fields', 'sse', 'other: a secret\ndata : b\ndata: a\n\n', [[null, 'a']], 'data: a\n\n'],
  ['an id with a message', 'sse', 'id: a secret\ndata: a\n\n', [[null, 'a']], 'data: a\n\n'],
  ['a time that is none', 'sse', 'retry: soon\ndata: a\n\n', [[null, 'a']], 'data: a\n\n'],
  ['blank lines', 'sse', '\n\r\n\rdata: a\n\n\n', [[null, 'a']], null],
  ['empty data', 'sse', 'data:\n\n', [], ':\n\n'],
  ['blanks for data', 'sse', 'event: ping\ndata:  \ndata\n\ndata: a\n\n', [[null, 'a']], ':\n\ndata: a\n\n'],
  [
    'empty data at a place to go on from',
    'sse',
    'id: 1\nretry: 5\nevent: x\ndata:\n\n',
    [],
    'id: 1\nretry: 5\ndata:\n\n',
  ],
  [
    'lines',
    'ndjson',
    '{"a":"ä"}\n{"b":1}\r\n\n \n',
    [
      [null, '{"a":"ä"}'],
      [null, '{"b":1}'],
    ],
    null,
  ],
  ['blanks at the end', 'ndjson', '{}\n  ', [[null, '{}']], null],
  ['an empty array', 'json-array', ' [ ] ', [], null],
  ['an unclosed array', 'json-array', '[{}', [[null, '{}']], null],
  ['an array that ends behind a comma', 'json-array', '[{},\n', [[null, '{}']], null],
  ['an unclosed empty array', 'json-array', '[', [], null],
  ['a comma before the bracket', 'json-array', '[{},]', [[null, '{}']], null],
  [
    'objects without an array',
    'json-array',
    '{"a":1}\n{"b":2}\n',
    [
      [null, '{"a":1}'],
      [null, '{"b":2}'],
    ],
    null,
  ],
  [
    'elements',
    'json-array',
    '[{\n "a": "}]\\"\\\\"\n}\n,\r\n{"b":[{}]}]\n',
    [
      [null, '{\n "a": "}]\\"\\\\"\n}'],
      [null, '{"b":[{}]}'],
    ],
    null,
  ],
];

describe.each(rows)('createFramer: %s (%s)', (_name, framing, stream, expected, passed) => {
  const bytes = encode(stream);
  const whole = framesOf(framing, bytes);

  it('finds the frames and passes the bytes', () => {
    expect(said(whole)).toEqual(expected);
    expect(wire(whole)).toBe(passed ?? stream);
  });

  it('whatever way the bytes are cut', () => {
    for (let at = 0; at <= bytes.length; at++) {
      expect(framesOf(framing, bytes.subarray(0, at), bytes.subarray(at))).toEqual(whole);
    }
    expect(framesOf(framing, ...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('writes the same frames again', () => {
    const again = whole
      .map((frame) => (frame.data === null ? frame.wire : renderFrame(frame, frame.data)))
      .join('');
    expect(said(framesOf(framing, encode(again)))).toEqual(expected);
  });
});

describe('renderFrame', () => {
  it.each<[Framing, string, string, string]>([
    [
      'sse',
      'id: 7\r\nevent: x\r\ndata: {}\r\n\r\n',
      '{"a":\n1}',
      'id: 7\nevent: x\ndata: {"a":\ndata: 1}\n\n',
    ],
    ['ndjson', '{}\r\n', '{"a":\n1}', '{"a": 1}\r\n'],
    ['json-array', '[\n{}]', '{"a":\n1}', '[\n{"a":\n1}'],
  ])('%s', (framing, stream, data, expected) => {
    const frame = framesOf(framing, encode(stream)).find((candidate) => candidate.data !== null);
    expect(frame === undefined ? null : renderFrame(frame, data)).toBe(expected);
  });
});

it('frames of any bytes do not depend on the cuts', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'data: a',
      'data: {}',
      'data: [DONE]',
      'data',
      ':',
      'event: b',
      'id: 1',
      'x',
      '',
      '{"a":"\\""}',
      '[',
      ',',
      '{}',
      ']',
    ),
    fc.string(),
  );
  const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n', '\n\n')), { maxLength: 12 });
  const outcome = (framing: Framing, chunks: readonly Uint8Array[]): unknown => {
    try {
      return framesOf(framing, ...chunks);
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(
      fc.constantFrom<Framing>('sse', 'ndjson', 'json-array'),
      stream,
      fc.array(fc.nat(), { maxLength: 6 }),
      (framing, lines, cuts) => {
        const bytes = encode(lines.flat().join(''));
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(outcome(framing, chunks)).toEqual(outcome(framing, [bytes]));
      },
    ),
    { numRuns: 500 },
  );
});

it('events of the usual form are those that come byte by byte', () => {
  const part = fc.constantFrom(
    ...['data: {"a":1}\n\n', 'data: {"a":1}\n\n', 'event: b\ndata: {}\n\n', 'data: [DONE]\n\n'],
    ...['data: a\ndata: b\n\n', 'data:  \n\n', 'data: \n\n', 'data:a\n\n', 'data: {}\n', 'data: é\n\n\n'],
    ...[
      'event: \n',
      'event: a b\n',
      'event: c\n',
      'event: c',
      'event:d\n',
      'id: 1\n',
      ': x\n\n',
      '\n',
      '\r\n',
    ],
    `data: ${'a'.repeat(480)}\n\n`,
    `data: ${'a'.repeat(992)}\n\n`,
    `data: ${'a'.repeat(993)}\n\n`,
    `data: ${'a'.repeat(480)}\n`,
  );
  const outcome = (chunks: readonly Uint8Array[]): unknown => {
    try {
      return framesOf('sse', ...chunks);
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const bytes = encode(parts.join(''));
      expect(outcome([bytes])).toEqual(outcome([...bytes].map((byte) => Uint8Array.of(byte))));
    }),
    { numRuns: 300 },
  );
});
