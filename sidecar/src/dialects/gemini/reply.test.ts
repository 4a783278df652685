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

const candidate = (index: number, part: JsonObject, more: JsonObject = {}): JsonObject => ({
  index,
  content: { role: 'model', parts: [part] },
  ...more,
});
const frame = (...candidates: readonly JsonObject[]): Frame => ({
  event: null,
  data: JSON.stringify({ candidates, modelVersion: 'v' }),
});
const END = { finishReason: 'STOP' };

describe('malformed replies', () => {
  it.each<[string, JsonObject, string]>([
    ['nothing', {}, '/candidates: an array is required'],
    ['an error with status 200', { error: { code: 400 } }, '/candidates: an array is required'],
    [
      'a reply of the user',
      { candidates: [{ content: { role: 'user', parts: [] } }] },
      '/candidates/0/content/role: must be model',
    ],
    [
      'an unknown part',
      { candidates: [candidate(0, { hologram: {} })] },
      '/candidates/0/content/parts/0: unknown kind of part',
    ],
    ['candidates in an object', { candidates: {} }, '/candidates: must be an array'],
    [
      'usage as text',
      { candidates: [], usageMetadata: { promptTokenCount: '3' } },
      '/usageMetadata/promptTokenCount: must be a whole number',
    ],
  ])('%s', (_, body, message) => {
    expect(() => gemini.reply(body)).toThrow(message);
  });

  it.each<[string, readonly Frame[], string]>([
    ['not JSON', [{ event: null, data: '[DONE]' }], 'not valid JSON'],
    [
      'a frame with a name',
      [{ ...frame(candidate(0, { text: 'a' })), event: 'message' }],
      'chunks have no event name',
    ],
    [
      'text after the end',
      [frame(candidate(0, { text: 'a' }, END)), frame(candidate(0, { text: 'b' }))],
      'the candidate goes on after its end',
    ],
    [
      'a call after the end',
      [frame(candidate(0, { text: 'a' }, END)), frame(candidate(0, { functionCall: { name: 'f' } }))],
      'the candidate goes on after its end',
    ],
    [
      'arguments in pieces',
      [frame(candidate(0, { functionCall: { name: 'f', partialArgs: [{ stringValue: 'x' }] } }))],
      'arguments in pieces cannot be inspected',
    ],
    [
      'a text that is none',
      [frame(candidate(0, { text: {} }))],
      '/candidates/0/content/parts/0/text: must be a string',
    ],
  ])('in a stream: %s', (_, frames, message) => {
    const reader = stream();
    expect(() => frames.forEach((each) => reader.read(each))).toThrow(message);
  });

  it('is not complete before every candidate ended, nor after an error, whose text is scanned', () => {
    expect(collect(stream(), [frame(candidate(0, { text: 'a' }))]).complete).toBe(false);
    expect(collect(stream(2), [frame(candidate(0, { text: 'a' }, END))]).complete).toBe(false);
    expect(
      collect(stream(1), [frame(candidate(0, { text: 'a' }, END), candidate(1, { text: 'b' }))]).complete,
    ).toBe(false);
    const failed = collect(stream(), [
      { event: null, data: '{"error":{"code":500,"message":"we are sorry"}}' },
    ]);
    expect(failed).toMatchObject({ complete: false, whole: ['assistant/metadata: we are sorry'] });
  });

  it('takes no stream where none was asked for', () => {
    const reader = gemini.stream(PROMPT, { model: 'm', stream: false, framing: 'json-array' });
    expect(() => reader.read(frame())).toThrow('replies on this route are not streamed');
  });
});

describe('replies', () => {
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

  it('ends with a refused prompt', () => {
    const blocked = { event: null, data: '{"promptFeedback":{"blockReason":"SAFETY"}}' };
    expect(stream().read(blocked).last).toBe(true);
  });

  it('takes usage after the end', () => {
    const reader = stream();
    expect(reader.read(frame(candidate(0, { text: 'a' }, END))).last).toBe(true);
    expect(reader.read({ event: null, data: '{"usageMetadata":{"promptTokenCount":2}}' }).usage).toEqual({
      inputTokens: 2,
      outputTokens: null,
    });
  });

  it('points at the text and names what repeats it', () => {
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
      ],
      mirrors: ['/candidates/0/logprobsResult'],
      model: 'v',
    });
  });
});

describe('finish and raise', () => {
  const first = frame(candidate(0, { text: 'a' }), candidate(1, { text: 'b' }));

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
          : { candidates: isBegun ? [ended(0), ended(1)] : [ended(0)] },
      );
    }
  });
});
