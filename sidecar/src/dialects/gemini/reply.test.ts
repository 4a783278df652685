import { describe, expect, it } from '@jest/globals';

import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { Frame, Framing, StreamReader } from '../dialect.ts';
import { createFramer } from '../framing/index.ts';
import type { JsonObject } from '../json/index.ts';
import { collect } from '../testing/collected.ts';
import { gemini } from './index.ts';

const PROMPT: Prompt = {
  operation: 'generate_content',
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

function stream(choices = 1, framing: Framing = 'sse'): StreamReader {
  return gemini.stream({ ...PROMPT, choices }, { model: 'm', stream: true, framing });
}

function candidate(index: number, part: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    index,
    content: { role: 'model', parts: [part] },
    ...more,
  };
}
function frame(...candidates: readonly JsonObject[]): Frame {
  return {
    event: null,
    data: JSON.stringify({ candidates, modelVersion: 'v' }),
  };
}
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

  it('takes no stream where none was asked for', () => {
    const reader = gemini.stream(PROMPT, { model: 'm', stream: false, framing: 'json-array' });
    expect(() => reader.read(frame())).toThrow('replies on this route are not streamed');
  });
});

describe('replies', () => {
  it('passes an error that comes with status 200', () => {
    expect(gemini.reply({ error: { code: 400, message: 'a b' } }).segments.map(({ text }) => text)).toEqual([
      'a b',
    ]);
  });

  it('reads every candidate, calls, sources and usage', () => {
    const reply = gemini.reply({
      candidates: [
        {
          content: {
            parts: [
              { text: 'a', thought: true },
              { text: 'b' },
              { functionCall: { name: 'f', args: { k1: 'v' } } },
            ],
          },
          finishReason: 'STOP',
          citationMetadata: { citations: [{ uri: 'https://c' }] },
          groundingMetadata: { groundingChunks: [{ web: { uri: 'https://g' } }] },
          logprobsResult: { chosenCandidates: [{ token: 'b' }] },
        },
        candidate(1, { text: 'c' }, { finishReason: 'SAFETY', finishMessage: 'so so' }),
      ],
      promptFeedback: { blockReasonMessage: 'no no' },
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 5 },
      modelVersion: 'v',
    });
    const found = reply.segments.map(({ origin, channel, text }) => `${origin}/${channel}: ${text}`);
    for (const expected of [
      'assistant/reasoning: a',
      'assistant/content: b',
      'assistant/content: c',
      'assistant/tool_arguments: v',
      'document/citation: https://c',
      'document/citation: https://g',
      'assistant/metadata: so so',
      'assistant/metadata: no no',
    ]) {
      expect(found).toContain(expected);
    }
    expect(reply).toMatchObject({
      model: 'v',
      calls: [{ pointer: '/candidates/0/content/parts/2', name: 'f', arguments: '{"k1":"v"}' }],
      usage: { inputTokens: 3, outputTokens: 9 },
      finishReasons: ['STOP', 'SAFETY'],
      mirrors: ['/candidates/0/logprobsResult'],
    });
  });

  it.each<[JsonObject, JsonObject]>([
    [{ totalTokens: 7 }, { inputTokens: 7, outputTokens: null }],
    [{ embedding: { values: [0.5] } }, { inputTokens: null, outputTokens: null }],
    [{ embeddings: [{ values: [0.5] }] }, { inputTokens: null, outputTokens: null }],
    [{ promptFeedback: { blockReason: 'SAFETY' } }, { inputTokens: null, outputTokens: null }],
  ])('%j', (body, usage) => {
    expect(gemini.reply(body)).toMatchObject({ segments: [], usage });
  });
});

describe('streams', () => {
  it('keeps candidates apart', () => {
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

  it('reads the usage of a chunk', () => {
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

  it('points at the text and lists its mirrors', () => {
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

describe('a call in pieces', () => {
  const pieces = (...calls: readonly JsonObject[]): readonly Frame[] =>
    calls.map((functionCall) => frame(candidate(0, { functionCall })));

  it('is one call, judged when its last piece is there, and its strings are running texts', () => {
    const collected = collect(
      stream(),
      pieces(
        { name: 'send', willContinue: true },
        { partialArgs: [{ jsonPath: '$.to', stringValue: 'an', willContinue: true }], willContinue: true },
        {
          partialArgs: [
            { jsonPath: '$.to', stringValue: 'na' },
            { json_path: '$.list[0].n', number_value: 1 },
            { jsonPath: "$['list'][1]", boolValue: false },
            { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
          ],
          will_continue: true,
        },
        {},
      ),
    );
    expect(collected.calls).toEqual({
      'candidates/0/calls/0': 'send {"to":"anna","list":[{"n":1},false],"none":null}',
    });
    expect(collected.texts).toEqual({ 'candidates/0/calls/0/$.to': 'anna' });
    expect(collected.complete).toBe(true);
  });

  it('may come in one chunk, with its name each time, and be followed by another', () => {
    const { calls, complete } = collect(
      stream(),
      pieces(
        { name: 'f', partialArgs: [{ jsonPath: '$.__proto__', stringValue: 'x' }] },
        { name: 'f', willContinue: true },
        { name: 'f' },
        { name: 'g', args: {} },
      ),
    );
    expect(calls).toEqual({
      'candidates/0/calls/0': 'f {"__proto__":"x"}',
      'candidates/0/calls/1': 'f {}',
      'candidates/0/calls/2': 'g {}',
    });
    expect(complete).toBe(true);
  });

  it('is in doubt where the stream ends while it goes on', () => {
    const reader = stream();
    collect(reader, pieces({ name: 'f', willContinue: true }));
    expect(reader.complete()).toBe(true);
    expect(reader.rest?.()?.calls).toMatchObject([{ whole: true, uncertain: true }]);
  });
});
