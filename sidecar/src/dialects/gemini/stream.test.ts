import { describe, expect, it } from '@jest/globals';

import type { Refusal } from '../../exchange/index.ts';
import type { Frame, Framing } from '../dialect.ts';
import { createFramer } from '../framing/index.ts';
import type { JsonObject } from '../json/index.ts';
import { collect } from '../testing/collected.ts';
import { PROMPT, candidate, frame, stream } from '../testing/gemini.ts';
import { gemini } from './index.ts';

const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };
const END = { finishReason: 'STOP' };

describe('malformed replies', () => {
  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: null, data: '[' }], 'not valid JSON'],
    ...(
      [
        ['without a path', [{ stringValue: 'x' }], 'jsonPath: a string is required'],
        ['with a path of wildcards', [{ jsonPath: '$.a[*]', stringValue: 'x' }], 'names and indexes'],
        ['with a path to everything', [{ jsonPath: '$', stringValue: 'x' }], 'names and indexes'],
        ['with a path from elsewhere', [{ jsonPath: 'a', stringValue: 'x' }], 'names and indexes'],
        ['with a gap in a list', [{ jsonPath: '$.a[1]', boolValue: true }], 'not an object or array'],
        [
          'below a string',
          [
            { jsonPath: '$.a', stringValue: 'x' },
            { jsonPath: '$.a.b', stringValue: 'x' },
          ],
          'not an object or array',
        ],
        [
          'with an argument twice',
          [
            { jsonPath: '$.a', stringValue: 'x' },
            { jsonPath: '$.a', stringValue: 'y' },
          ],
          'given twice',
        ],
        [
          'with a number in a string',
          [
            { jsonPath: '$.a', stringValue: 'x', willContinue: true },
            { jsonPath: '$.a', numberValue: 1 },
          ],
          'given twice',
        ],
        ['with more than fits', [{ jsonPath: '$.a', stringValue: 'x'.repeat(1_048_576) }], 'more arguments'],
      ] as const
    ).map(([name, partialArgs, message]): [string, readonly Frame[], string] => [
      `a call in pieces ${name}`,
      [frame(candidate(0, { functionCall: { name: 'f', partialArgs } }))],
      message,
    ]),
    ...(
      [
        ['without a name', [{ willContinue: true }], 'name: a string is required'],
        [
          'under two names',
          [
            { name: 'f', willContinue: true },
            { name: 'g', willContinue: true },
          ],
          'two names',
        ],
        ['with all arguments beside', [{ name: 'f', willContinue: true, args: {} }], 'in pieces, or whole'],
        [
          'in which another begins',
          [
            { name: 'f', willContinue: true },
            { name: 'g', args: {} },
          ],
          'another',
        ],
      ] as const
    ).map(([name, calls, message]): [string, readonly Frame[], string] => [
      `a call in pieces ${name}`,
      calls.map((functionCall) => frame(candidate(0, { functionCall }))),
      message,
    ]),
  ])('in a stream: %s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it.each<[string, readonly Frame[]]>([['nothing', []]])('a stream is not complete with %s', (_, frames) => {
    expect(collect(stream(), frames).complete).toBe(false);
  });

  it('a stream where none was asked for', () => {
    const reader = gemini.stream(PROMPT, { model: 'm', stream: false, framing: 'json-array' });
    expect(() => reader.read(frame())).toThrow('replies on this route are not streamed');
  });
});

describe('streams', () => {
  it('keep candidates apart', () => {
    const read = collect(stream(2), [
      frame(candidate(0, { text: 'a' }), candidate(1, { text: 'x' })),
      frame(candidate(1, { text: 'y' }, END)),
      frame(candidate(0, { text: 'b' })),
      frame(candidate(0, { functionCall: { name: 'f', args: {} } }, END)),
    ]);
    expect(read).toMatchObject({
      texts: { 'candidates/0/content': 'ab', 'candidates/1/content': 'xy' },
      calls: { 'candidates/0/calls/0': 'f {}' },
      finishReasons: ['STOP', 'STOP'],
      complete: true,
    });
  });

  it.each<[string, readonly Frame[]]>([
    ['no reason to end', [frame(candidate(0, { text: 'a' }))]],
    ['an empty reason', [frame(candidate(0, { text: 'a' }, { finishReason: '' }))]],
    ['a reason that is not known', [frame(candidate(0, { text: 'a' }, { finishReason: 'TELEPATHY' }))]],
    [
      'a reason in every chunk',
      [frame(candidate(0, { text: '' }, END)), frame(candidate(0, { text: 'a' }, END))],
    ],
    ['an empty role', [frame({ content: { role: '', parts: [{ text: 'a' }] } })]],
    ['no role', [frame({ content: { parts: [{ text: 'a' }] } })]],
    ['another role', [frame({ content: { role: 'assistant', parts: [{ text: 'a' }] } })]],
    ['one part without an array', [frame({ content: { parts: { text: 'a' } } })]],
    ['a candidate without content', [frame(candidate(0, { text: 'a' })), frame({ finishReason: 'STOP' })]],
    ['empty chunks', [{ event: null, data: '{}' }, frame(candidate(0, { text: 'a' })), frame()]],
    ['a name of the event', [{ ...frame(candidate(0, { text: 'a' })), event: 'message' }]],
    ['[DONE]', [frame(candidate(0, { text: 'a' })), { event: null, data: '[DONE]' }]],
    [
      'usage behind the end',
      [
        frame(candidate(0, { text: 'a' }, END)),
        { event: null, data: '{"usageMetadata":{"promptTokenCount":2}}' },
      ],
    ],
  ])('pass with %s', (_, frames) => {
    expect(collect(stream(), frames)).toMatchObject({
      texts: { 'candidates/0/content': 'a' },
      complete: true,
    });
  });

  it('are complete with a refused prompt, and end with an error of the server', () => {
    const blocked = { event: null, data: '{"promptFeedback":{"blockReason":"SAFETY"}}' };
    expect(collect(stream(), [blocked]).complete).toBe(true);
    const failed = stream();
    const content = failed.read({ event: null, data: '{"error":{"code":500,"message":"we are sorry"}}' });
    expect(content).toMatchObject({ last: true, texts: [{ text: 'we are sorry' }] });
    expect(failed.complete()).toBe(true);
  });

  it('read the usage of a chunk', () => {
    expect(stream().read({ event: null, data: '{"usageMetadata":{"promptTokenCount":2}}' }).usage).toEqual({
      inputTokens: 2,
      outputTokens: null,
    });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['a part of an unknown kind', { hologram: { says: 'a b' } }, ['assistant/metadata: a b']],
    [
      'a file that is a text',
      { inlineData: { mimeType: 'x', data: Buffer.from('bob@x.example').toString('base64') } },
      ['assistant/content: bob@x.example'],
    ],
    [
      'a file in plain text',
      { inlineData: { mimeType: 'x', data: 'bob@x.example' } },
      ['assistant/content: bob@x.example'],
    ],
    [
      'a result of code',
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'a b' } },
      ['tool/tool_result: a b'],
    ],
    [
      'a result of a function',
      { functionResponse: { name: 'f', response: { out: 'a b' } } },
      ['tool/tool_result: a b'],
    ],
    [
      'a seal that is a text',
      { text: '', thoughtSignature: 'bob@x.example' },
      ['assistant/metadata: bob@x.example'],
    ],
  ])('scan %s, whole and streamed', (_, part, expected) => {
    const whole = gemini.reply({ candidates: [candidate(0, part)] });
    const found = whole.segments.map(({ origin, channel, text }) => `${origin}/${channel}: ${text}`);
    expect(found).toEqual(expect.arrayContaining([...expected]));
    expect(collect(stream(), [frame(candidate(0, part))]).whole).toEqual(
      expect.arrayContaining([...expected]),
    );
  });

  it('know text of tools before a call from text behind it', () => {
    const answer = { toolResponse: { response: { a: 'x' } } };
    const call = { functionCall: { name: 'f', args: {} } };
    const tainted = (...parts: readonly JsonObject[]): unknown =>
      stream()
        .read(frame({ content: { parts } }))
        .calls.map((each) => each.tainted);
    expect(tainted(answer, call)).toEqual([true]);
    expect(tainted(call, answer)).toEqual([false]);
    expect(
      stream().read(frame(candidate(0, call, { groundingMetadata: { title: 'x y' } }))).calls[0]?.tainted,
    ).toBe(true);
  });

  it('point at the text and list its mirrors', () => {
    expect(
      stream().read(
        frame(candidate(0, { text: 'a' }, { logprobsResult: { chosenCandidates: [{ token: 'a' }] } })),
      ),
    ).toMatchObject({
      texts: [
        {
          key: 'candidates/0/content',
          pointer: '/candidates/0/content/parts/0/text',
          text: 'a',
          whole: false,
        },
        { key: 'candidates/0/logprobs/0', text: 'a', whole: false, mirror: true },
      ],
      mirrors: ['/candidates/0/logprobsResult'],
      model: 'v',
    });
  });
});

describe('finish and raise', () => {
  const first = {
    event: null,
    data: JSON.stringify({
      candidates: [candidate(0, { text: 'a' }), candidate(1, { text: 'b' })],
      usageMetadata: { totalTokenCount: 9, secret: 'no count' },
    }),
  };

  it.each<[Framing, boolean]>([
    ['sse', false],
    ['sse', true],
    ['json-array', false],
    ['json-array', true],
  ])('leave a stream that can be read: %s, begun: %s', (framing, isBegun) => {
    for (const end of ['finish', 'raise'] as const) {
      const reader = stream(2, framing);
      if (isBegun) reader.read(first);
      if (isBegun) reader.released(first);
      const begin = framing === 'sse' ? `data: ${first.data}\n\n` : `[${first.data}`;
      const framer = createFramer(framing);
      const frames = [
        ...framer.push(Buffer.from((isBegun ? begin : '') + reader[end](REFUSAL))),
        ...framer.end(),
      ];
      const last: unknown = JSON.parse(frames.filter(({ data }) => data !== null).at(-1)?.data ?? 'null');
      const ended = (index: number): object => ({ index, finishReason: 'SPII' });
      expect(last).toMatchObject(
        end === 'raise'
          ? { error: { code: 400 } }
          : {
              candidates: isBegun ? [ended(0), ended(1)] : [ended(0)],
              usageMetadata: isBegun ? { totalTokenCount: 9 } : { totalTokenCount: 0 },
            },
      );
    }
  });
});
