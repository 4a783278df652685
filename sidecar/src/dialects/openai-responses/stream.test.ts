import type { Refusal } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { expectFramePointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiResponses.prompt({ input: 'a', model: 'm-0' }, MATCH);
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

const reader = (): StreamReader => openaiResponses.stream(PROMPT, MATCH);
const event = (type: string, members: JsonObject = {}): Frame => ({
  event: type,
  data: JSON.stringify({ type, sequence_number: 0, ...members }),
});
const response = (type: string, output: readonly JsonObject[] = [], more: JsonObject = {}): Frame =>
  event(`response.${type}`, {
    response: { id: 'resp_1', object: 'response', created_at: 5, model: 'm-1', output, ...more },
  });
const added = (item: JsonObject, output_index = 0): Frame =>
  event('response.output_item.added', { output_index, item });
const itemDone = (item: JsonObject, output_index = 0): Frame =>
  event('response.output_item.done', { output_index, item });
const delta = (stem: string, text: string, more: JsonObject = {}): Frame =>
  event(`${stem}.delta`, { output_index: 0, content_index: 0, delta: text, ...more });
const done = (stem: string, more: JsonObject): Frame =>
  event(`${stem}.done`, { output_index: 0, content_index: 0, ...more });
const run = (...frames: readonly Frame[]): Collected => collect(reader(), frames);

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const CALL = { id: 'fc_1', type: 'function_call', call_id: 'c_1', name: 'f', arguments: '' };
const TEXT = 'response.output_text';
const ARGUMENTS = 'response.function_call_arguments';
const INPUT = 'response.custom_tool_call_input';
const END = response('completed', [], { status: 'completed' });
const DONE: Frame = { event: null, data: '[DONE]' };

describe('a stream of response events refuses', () => {
  it.each<[string, readonly Frame[], string]>([
    ['no type', [{ event: null, data: '{}' }], '/type: a string is required'],
    [
      'another event than its frame',
      [{ event: 'response.created', data: '{"type":"error"}' }],
      '/type: is not the event of the frame',
    ],
    ['an unknown event', [event('response.telepathy.delta', { delta: 'a' })], '/type: unknown event'],
    ['an unknown state of a call', [event('response.web_search_call.leaking')], '/type: unknown event'],
    [
      'text without a place',
      [event(`${TEXT}.delta`, { delta: 'a' })],
      '/output_index: a whole number is required',
    ],
    [
      'text as a number',
      [event(`${TEXT}.delta`, { output_index: 0, content_index: 0, delta: 1 })],
      '/delta: must be a string',
    ],
    [
      'text after its end',
      [delta(TEXT, 'a'), done(TEXT, { text: 'a' }), delta(TEXT, 'b')],
      '/delta: a text goes on after its end',
    ],
    ['an unknown item', [added({ type: 'telepathy' })], '/item/type: unknown item type'],
    ['a call without a name', [added({ type: 'function_call' })], '/item/name: a string is required'],
    ['a call that begins twice', [added(CALL), added(CALL)], 'output/0: begins twice'],
    ['arguments of no call', [delta(ARGUMENTS, '{')], '/delta: arguments of a call that is not open'],
    [
      'arguments of an ended call',
      [added(CALL), itemDone({ ...CALL, arguments: '{}' }), delta(ARGUMENTS, '{')],
      '/delta: arguments of a call that is not open',
    ],
    [
      'whole arguments of no call',
      [done(ARGUMENTS, { arguments: '{}' })],
      '/output_index: a call that was not announced',
    ],
    [
      'arguments that are no JSON',
      [added(CALL), done(ARGUMENTS, { arguments: '{' })],
      '/arguments: arguments: not valid JSON',
    ],
    ['a frame after the end', [END, delta(TEXT, 'a')], 'stream: goes on after its end'],
    [
      'a frame after an error',
      [event('error', { message: 'x' }), delta(TEXT, 'a')],
      'stream: goes on after its end',
    ],
    ['a frame after [DONE]', [END, DONE, DONE], 'stream: goes on after its end'],
    ['[DONE] before the end', [DONE], 'stream: ends before the response does'],
    [
      'a response without output',
      [event('response.completed', { response: {} })],
      '/response/output: an array is required',
    ],
    [
      'a second spelling',
      [event(`${TEXT}.delta`, { output_index: 0, content_index: 0, delta: 'a', Delta: 'b' })],
      '/Delta: must be written delta',
    ],
  ])('%s', (_name, frames, message) => {
    expect(() => run(...frames)).toThrow(message);
  });
});

const FULL: readonly Frame[] = [
  response('created'),
  response('in_progress'),
  added({ id: 'rs_1', type: 'reasoning', summary: [] }),
  event('response.reasoning_summary_part.added', {
    output_index: 0,
    summary_index: 0,
    part: { type: 'summary_text', text: '' },
  }),
  delta('response.reasoning_summary_text', 'thi', { summary_index: 0 }),
  delta('response.reasoning_summary_text', 'nk', { summary_index: 0 }),
  event('response.reasoning_summary_text.done', { output_index: 0, summary_index: 0, text: 'think' }),
  event('response.reasoning_summary_part.done', {
    output_index: 0,
    summary_index: 0,
    part: { type: 'summary_text', text: 'think' },
  }),
  itemDone({ id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'think' }] }),
  added(MESSAGE, 1),
  event('response.content_part.added', {
    output_index: 1,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
  }),
  delta(TEXT, 'he', { output_index: 1, logprobs: [{ token: 'he' }] }),
  delta(TEXT, 'llo', { output_index: 1 }),
  event('response.output_text.annotation.added', {
    output_index: 1,
    annotation: { type: 'url_citation', url: 'https://x.example/' },
  }),
  event(`${TEXT}.done`, { output_index: 1, content_index: 0, text: 'hello', logprobs: [] }),
  event('response.content_part.done', {
    output_index: 1,
    content_index: 0,
    part: { type: 'output_text', text: 'hello', annotations: [] },
  }),
  itemDone({ ...MESSAGE, content: [{ type: 'output_text', text: 'hello', annotations: [] }] }, 1),
  added(CALL, 2),
  delta(ARGUMENTS, '{"to":', { output_index: 2 }),
  delta(ARGUMENTS, '"bob"}', { output_index: 2 }),
  event(`${ARGUMENTS}.done`, { output_index: 2, name: 'f', arguments: '{"to":"bob"}' }),
  itemDone({ ...CALL, arguments: '{"to":"bob"}' }, 2),
  response(
    'completed',
    [
      { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'think' }] },
      { ...MESSAGE, content: [{ type: 'output_text', text: 'hello', annotations: [] }] },
      { ...CALL, arguments: '{"to":"bob"}' },
    ],
    { status: 'completed', usage: { input_tokens: 1, output_tokens: 2 } },
  ),
];

describe('a stream of response events', () => {
  it('runs the texts, hands on a call once, and scans every repetition', () => {
    const collected = run(...FULL, DONE);
    expect(collected).toMatchObject({
      texts: { 'output/0/summary/0': 'think', 'output/1/content/0': 'hello' },
      calls: { 'output/2': 'f {"to":"bob"}' },
      ended: ['output/0/summary/0', 'output/1/content/0', 'output/2'],
      finishReasons: ['completed'],
      complete: true,
    });
    const repeated = (text: string): number =>
      collected.whole.filter((line) => line.endsWith(`: ${text}`)).length;
    expect([repeated('think'), repeated('hello'), repeated('bob'), repeated('https://x.example/')]).toEqual([
      4, 4, 3, 1,
    ]);
  });

  it('has pointers that lead to what they name', () => {
    expectFramePointers(reader(), FULL);
  });

  it('ends with the terminal event, which names model and usage', () => {
    const own = reader();
    const contents = FULL.map((frame) => own.read(frame));
    expect(contents.map((content) => content.last)).toEqual(
      FULL.map((_, index) => index === FULL.length - 1),
    );
    expect(contents.at(-1)).toMatchObject({ model: 'm-1', usage: { inputTokens: 1, outputTokens: 2 } });
    expect(own.complete()).toBe(true);
  });

  it.each<[string, readonly Frame[], Readonly<Record<string, string>>]>([
    [
      'the end of the arguments says otherwise',
      [added(CALL), delta(ARGUMENTS, '{}'), done(ARGUMENTS, { arguments: '{"a":1}' })],
      { 'output/0': 'f {}', 'output/0/1': 'f {"a":1}' },
    ],
    [
      'the end of the item says otherwise',
      [added(CALL), delta(ARGUMENTS, '{}'), itemDone({ ...CALL, name: 'g', arguments: '{}' })],
      { 'output/0': 'f {}', 'output/0/1': 'g {}' },
    ],
    [
      'the end of the response says otherwise',
      [
        added(CALL),
        delta(ARGUMENTS, '{}'),
        itemDone({ ...CALL, arguments: '{}' }),
        response('completed', [{ ...CALL, arguments: '{"b":1}' }]),
      ],
      { 'output/0': 'f {}', 'output/0/1': 'f {"b":1}' },
    ],
    [
      'a call comes only at the end',
      [response('completed', [{ ...CALL, arguments: '{}' }])],
      { 'output/0': 'f {}' },
    ],
    [
      'a call comes in one piece',
      [added({ ...CALL, arguments: '{}' }), itemDone({ ...CALL, arguments: '{}' })],
      { 'output/0': 'f {}' },
    ],
    [
      'a shell is called',
      [
        added({ type: 'shell_call', action: { commands: ['ls'] } }),
        itemDone({ type: 'shell_call', action: { commands: ['ls'] } }),
      ],
      { 'output/0': 'shell {"action":{"commands":["ls"]}}' },
    ],
  ])('judges every call that the client could take: %s', (_name, frames, calls) => {
    expect(run(...frames).calls).toEqual(calls);
  });

  it('runs the free text of a custom tool beside its call', () => {
    const item = { type: 'custom_tool_call', id: 'k', call_id: 'c', name: 'g' };
    const collected = run(
      added({ ...item, input: '' }),
      delta(INPUT, 'say "'),
      delta(INPUT, 'hi"'),
      done(INPUT, { input: 'say "hi"' }),
      itemDone({ ...item, input: 'say "hi"' }),
      END,
    );
    expect(collected.calls).toEqual({ 'output/0': 'g {"input":"say \\"hi\\""}' });
    expect(collected.texts).toEqual({ 'output/0/input': 'say "hi"' });
    expect(collected.ended).toEqual(['output/0/input', 'output/0']);
  });

  it('ends with its item what nothing else has ended', () => {
    expect(run(delta(TEXT, 'a'), delta('response.refusal', 'b'), itemDone(MESSAGE)).ended).toEqual([
      'output/0/content/0',
      'output/0/content/0/refusal',
    ]);
  });

  it('takes sound and pictures for mirrors', () => {
    const read = (frame: Frame): FrameContent => reader().read(frame);
    expect(read(event('response.audio.delta', { delta: 'AAAA' }))).toMatchObject({
      texts: [],
      mirrors: ['/delta'],
    });
    expect(
      read(event('response.image_generation_call.partial_image', { partial_image_b64: 'AAAA' })),
    ).toMatchObject({ texts: [], mirrors: ['/partial_image_b64'] });
    expect(read(delta(TEXT, 'a', { logprobs: [{ token: 'a' }] })).mirrors).toEqual(['/logprobs']);
  });

  it('passes progress and errors, scanned', () => {
    const { whole, complete } = run(
      event('response.web_search_call.searching', { item_id: 'w', note: 'a b' }),
      event('error', { message: 'c d', code: 'x' }),
    );
    expect(whole).toEqual(['assistant/metadata: a b', 'assistant/metadata: c d', 'assistant/metadata: x']);
    expect(complete).toBe(true);
  });
});

describe('finish', () => {
  const types = (wire: string): readonly string[] =>
    [...wire.matchAll(/^event: (.+)$/gm)].map(([, type]) => type ?? '');
  const numbers = (wire: string): readonly number[] =>
    [...wire.matchAll(/"sequence_number":(\d+)/g)].map(([, digits]) => Number(digits));
  const pass = (own: StreamReader, ...frames: readonly Frame[]): StreamReader => {
    for (const frame of frames) {
      own.read(frame);
      own.released(frame);
    }
    return own;
  };

  it('creates and ends a response of which nothing was sent', () => {
    const own = reader();
    own.read(response('created'));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.created', 'response.incomplete']);
    expect(numbers(wire)).toEqual([0, 1]);
    expect(wire).toContain('"incomplete_details":{"reason":"content_filter"}');
    expect(wire).toContain('"id":"resp_1","created_at":5,"model":"m-1"');
    expect(reader().finish(REFUSAL)).toContain('"id":"resp_d1","created_at":0,"model":"m-0"');
  });

  it('closes what the client saw open, and counts on', () => {
    const own = pass(
      reader(),
      response('created'),
      added({ id: 'rs_1', type: 'reasoning', summary: [] }),
      itemDone({ id: 'rs_1', type: 'reasoning', summary: [] }),
      added(MESSAGE, 1),
      delta(TEXT, 'a', { output_index: 1, sequence_number: 7 }),
    );
    own.read(added({ ...MESSAGE, id: 'msg_2' }, 2));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.output_item.done', 'response.incomplete']);
    expect(numbers(wire)).toEqual([8, 9]);
    expect(wire).toContain(
      '"output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","status":"incomplete","content":[]}',
    );
    expect(wire).not.toContain('msg_2');
  });

  it('says nothing after the end', () => {
    expect(pass(reader(), END).finish(REFUSAL)).toBe('');
    expect(pass(reader(), event('error', { message: 'x' })).finish(REFUSAL)).toBe('');
  });
});
