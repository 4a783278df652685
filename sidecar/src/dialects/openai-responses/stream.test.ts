import type { Refusal } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { expectFramePointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiResponses.prompt({ input: 'a', model: 'm-0' }, MATCH);
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

function reader(): StreamReader {
  return openaiResponses.stream(PROMPT, MATCH);
}
function event(type: string, members: JsonObject = {}): Frame {
  return {
    event: type,
    data: JSON.stringify({ type, sequence_number: 0, ...members }),
  };
}
function response(type: string, output: readonly JsonObject[] = [], more: JsonObject = {}): Frame {
  return event(`response.${type}`, {
    response: { id: 'resp_1', object: 'response', created_at: 5, model: 'm-1', output, ...more },
  });
}
function added(item: JsonObject, output_index = 0): Frame {
  return event('response.output_item.added', { output_index, item });
}
function itemDone(item: JsonObject, output_index = 0): Frame {
  return event('response.output_item.done', { output_index, item });
}
function delta(stem: string, text: string, more: JsonObject = {}): Frame {
  return event(`${stem}.delta`, { output_index: 0, content_index: 0, delta: text, ...more });
}
function done(stem: string, more: JsonObject): Frame {
  return event(`${stem}.done`, { output_index: 0, content_index: 0, ...more });
}
function run(...frames: readonly Frame[]): Collected {
  return collect(reader(), frames);
}

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const SHELL = {
  id: 'sh_1',
  type: 'shell_call',
  call_id: 'c_1',
  action: { commands: [] },
  status: 'in_progress',
};
const CALL = { id: 'fc_1', type: 'function_call', call_id: 'c_1', name: 'f', arguments: '' };
const TEXT = 'response.output_text';
const ARGUMENTS = 'response.function_call_arguments';
const INPUT = 'response.custom_tool_call_input';
const END = response('completed', [], { status: 'completed' });
const DONE: Frame = { event: null, data: '[DONE]' };

describe('a stream of response events refuses', () => {
  it.each<[string, readonly Frame[], string]>([
    ['what is no JSON', [{ event: null, data: '{' }], 'not valid JSON'],
    ['a key twice', [{ event: null, data: '{"type":"ping","type":"error"}' }], 'a key occurs twice'],
    [
      'another event than its frame',
      [{ event: 'response.created', data: '{"type":"error"}' }],
      '/type: is not the event of the frame',
    ],
    [
      'text after its end',
      [delta(TEXT, 'a'), done(TEXT, { text: 'a' }), delta(TEXT, 'b')],
      '/delta: a text continues after its end',
    ],
    ['a call that is announced under two names', [added(CALL), added({ ...CALL, name: 'g' })], 'two names'],
    [
      'the end of arguments that names another function',
      [added(CALL), done(ARGUMENTS, { name: 'g', arguments: '{}' })],
      '/name: a call has two names',
    ],
    [
      'the end of an item that names another function',
      [added(CALL), delta(ARGUMENTS, '{}'), itemDone({ ...CALL, name: 'g', arguments: '{}' })],
      'output/0: a call has two names',
    ],
    [
      'the end of an item that names another namespace',
      [added({ ...CALL, namespace: 'n' }), itemDone({ ...CALL, arguments: '{}' })],
      'output/0: a call has two names',
    ],
    [
      'the end of the response that names another function',
      [added(CALL), response('completed', [{ ...CALL, name: 'g', arguments: '{}' }])],
      'output/0: a call has two names',
    ],
    ...(
      [
        ['of arguments', done(ARGUMENTS, { arguments: '{"a":1}' })],
        ['of arguments, cut short', done(ARGUMENTS, { arguments: '{"a"' })],
        ['of an item', itemDone({ ...CALL, arguments: '{"a":1}' })],
        ['of a response', response('completed', [{ ...CALL, arguments: '{"a":1}' }])],
      ] as const
    ).map(([name, end]): [string, readonly Frame[], string] => [
      `the end ${name} that says something else than the deltas`,
      [added(CALL), delta(ARGUMENTS, '{}'), end],
      'output/0: the arguments of a call differ from its deltas',
    ]),
    ...(
      [
        ['a text', done(TEXT, { text: 'b' }), '/text'],
        [
          'a part',
          event('response.content_part.done', {
            output_index: 0,
            content_index: 0,
            part: { type: 'output_text', text: 'b' },
          }),
          '/part',
        ],
        ['an item', itemDone({ ...MESSAGE, content: [{ type: 'output_text', text: 'b' }] }), '/item/content'],
        [
          'a response',
          response('completed', [{ ...MESSAGE, content: [{ type: 'output_text', text: 'ab' }] }]),
          '/response/output/0/content',
        ],
      ] as const
    ).map(([name, end, at]): [string, readonly Frame[], string] => [
      `the end of ${name} that differs from its deltas`,
      [added(MESSAGE), delta(TEXT, 'a'), end],
      `${at}: differs from its deltas`,
    ]),
    ['arguments of an unnamed call', [delta(ARGUMENTS, '{}'), END], 'output/0: a call ends without a name'],
    ['arguments of an unnamed call before [DONE]', [delta(ARGUMENTS, '{}'), DONE], 'ends without a name'],
    [
      'arguments of an ended call',
      [added(CALL), itemDone({ ...CALL, arguments: '{}' }), delta(ARGUMENTS, '{')],
      '/delta: arguments of a call that is not open',
    ],
    [
      'a second spelling',
      [event(`${TEXT}.delta`, { output_index: 0, content_index: 0, delta: 'a', Delta: 'b' })],
      '/Delta: must be written delta',
    ],
    [
      'events without end about a call that is not judged',
      [
        added(SHELL),
        ...Array.from({ length: 12 }, () => delta('response.shell_call_command', 'x'.repeat(100_000))),
      ],
      'output/0: more events than a call may have',
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
      texts: {
        'output/0/summary/0': 'think',
        'output/1/content/0': 'hello',
        'output/1/content/0/logprobs/0': 'he',
      },
      calls: { 'output/2': 'f {"to":"bob"}' },
      ended: ['output/0/summary/0', 'output/1/content/0', 'output/1/content/0/logprobs/0', 'output/2'],
      finishReasons: ['completed'],
      complete: true,
    });
    const repeated = (text: string): number =>
      collected.whole.filter((line) => line.endsWith(`: ${text}`)).length;
    expect([repeated('think'), repeated('hello'), repeated('bob'), repeated('https://x.example/')]).toEqual([
      4, 4, 3, 1,
    ]);
  });

  it('has pointers that resolve', () => {
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
      'the end writes the same arguments in another way',
      [added(CALL), delta(ARGUMENTS, '{"a":1}'), itemDone({ ...CALL, arguments: '{ "a": 1 }' })],
      { 'output/0': 'f {"a":1}', 'output/0/1': 'f { "a": 1 }' },
    ],
    [
      'the announcement says otherwise',
      [added({ ...CALL, arguments: '{"a":1}' }), itemDone({ ...CALL, arguments: '{"b":1}' })],
      { 'output/0': 'f {"b":1}', 'output/0/1': 'f {"a":1}' },
    ],
    [
      'the arguments come at once',
      [added(CALL), done(ARGUMENTS, { arguments: '{"a":1}' })],
      { 'output/0': 'f {"a":1}' },
    ],
    [
      'a placeholder was announced',
      [
        added({ ...CALL, arguments: '{}' }),
        delta(ARGUMENTS, '{"a":1}'),
        itemDone({ ...CALL, arguments: '{"a":1}' }),
      ],
      { 'output/0': 'f {"a":1}' },
    ],
    [
      'the name comes late',
      [delta(ARGUMENTS, '{"a"'), delta(ARGUMENTS, ':1}'), itemDone({ ...CALL, arguments: '{"a":1}' })],
      { 'output/0': '{"a":1}f ' },
    ],
    [
      'the end of the arguments names the call',
      [done(ARGUMENTS, { name: 'f', arguments: '{"a":1}' }), itemDone({ ...CALL, arguments: '{"a":1}' })],
      { 'output/0': 'f {"a":1}' },
    ],
    [
      'a name in a namespace',
      [added({ ...CALL, namespace: 'n' }), done(ARGUMENTS, { name: 'f', arguments: '{}' })],
      { 'output/0': 'n.f {}' },
    ],
    [
      'two calls at one position',
      [
        added(CALL),
        itemDone({ ...CALL, arguments: '{}' }),
        added({ ...CALL, id: 'fc_2', name: 'g' }),
        delta(ARGUMENTS, '{"b":1}', { item_id: 'fc_2' }),
        itemDone({ ...CALL, id: 'fc_2', name: 'g', arguments: '{"b":1}' }),
      ],
      { 'output/0': 'f {}', 'output/0.1': 'g {"b":1}' },
    ],
    [
      'no position at all',
      [
        event('response.output_item.added', { item: CALL }),
        event(`${ARGUMENTS}.delta`, { item_id: 'fc_1', delta: '{}' }),
        event('response.output_item.done', { item: { ...CALL, arguments: '{}' } }),
        event('response.output_item.added', { item: { ...CALL, id: 'fc_2' } }),
        event(`${ARGUMENTS}.delta`, { delta: '{"b":1}' }),
        DONE,
      ],
      { 'output/0': 'f {}', 'output/1': 'f {"b":1}' },
    ],
    [
      'a call of a kind that is not known',
      [
        added({ type: 'teleport_call', id: 't', call_id: 'c', status: 'in_progress', where: '' }),
        itemDone({ type: 'teleport_call', id: 't', call_id: 'c', status: 'completed', where: 'home' }),
      ],
      { 'output/0': 'teleport {"where":"home"}' },
    ],
    [
      'an action that only its announcement says',
      [added({ ...SHELL, action: { commands: ['ls'] } }), END],
      { 'output/0': 'shell {"action":{"commands":["ls"]}}' },
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

  it('ends open texts with their item', () => {
    expect(run(delta(TEXT, 'a'), delta('response.refusal', 'b'), itemDone(MESSAGE)).ended).toEqual([
      'output/0/content/0',
      'output/0/content/0/refusal',
    ]);
  });

  it('takes sound and pictures for mirrors', () => {
    const read = (frame: Frame): FrameContent => reader().read(frame);
    const image = Buffer.alloc(2000, 0x89).toString('base64');
    expect(read(event('response.audio.delta', { delta: image }))).toMatchObject({
      texts: [],
      mirrors: ['/delta'],
    });
    expect(
      read(event('response.image_generation_call.partial_image', { partial_image_b64: image })),
    ).toMatchObject({ texts: [], mirrors: ['/partial_image_b64'] });
    expect(read(event('response.audio.delta', { delta: 'bob@x.example' })).texts).toMatchObject([
      { text: 'bob@x.example', whole: true },
    ]);
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

describe('events that the API may add', () => {
  it('are running texts where they are deltas, by every index', () => {
    const command = (text: string, command_index: number): Frame =>
      delta('response.shell_call_command', text, { command_index });
    const collected = run(
      command('l', 0),
      command('pw', 1),
      command('s', 0),
      command('d', 1),
      itemDone(MESSAGE),
    );
    expect(collected.texts).toEqual({
      'output/0/shell_call_command/command_index/0/content_index/0': 'ls',
      'output/0/shell_call_command/command_index/1/content_index/0': 'pwd',
    });
    expect(collected.ended).toHaveLength(2);
  });

  it('wait with a call that is not judged', () => {
    const own = reader();
    own.read(added(SHELL));
    const streamed = own.read(delta('response.shell_call_command', 'ls', { command_index: 0 }));
    expect(streamed.calls).toEqual([
      { key: 'output/0', pointer: null, name: null, arguments: '', whole: false },
    ]);
    const end = own.read(itemDone({ ...SHELL, action: { commands: ['ls'] } }));
    expect(end.calls).toMatchObject([{ key: 'output/0', arguments: '{"action":{"commands":["ls"]}}' }]);
    expect(end.ended).toContain('output/0');
    expect(own.read(event('response.shell_call.completed', { output_index: 0 })).calls).toEqual([]);
  });

  it.each<[string, Frame, readonly string[]]>([
    ['a limit', event('codex.rate_limits', { plan: 'a b' }), ['assistant/metadata: a b']],
    ['no type', { event: null, data: '{"note":"a b"}' }, ['assistant/metadata: a b']],
    ['a ping', event('ping', { cost: '0' }), ['assistant/metadata: 0']],
    ['a keepalive without data of its own', { event: 'keepalive', data: '{}' }, []],
    [
      'a part',
      event('response.poem_part.done', { part: { type: 'verse', verse: 'a b' } }),
      ['assistant/metadata: a b'],
    ],
    [
      'a reasoning part',
      event('response.reasoning_part.done', { part: { type: 'reasoning_text', text: 'a b' } }),
      ['assistant/reasoning: a b'],
    ],
    ['an item', added({ type: 'telepathy', thought: 'a b' }), ['assistant/metadata: a b']],
    [
      'what a tool of a new kind answered',
      added({ type: 'teleport_call_output', where: 'a b' }),
      ['tool/tool_result: where', 'tool/tool_result: a b'],
    ],
    [
      'an error without a type',
      { event: null, data: '{"error":{"message":"a b"}}' },
      ['assistant/metadata: a b'],
    ],
  ])('are scanned: %s', (_name, frame, whole) => {
    expect(run(frame).whole).toEqual(whole);
  });

  it.each<[string, readonly Frame[]]>([
    ['a ping', [END, event('ping', { cost: '0' })]],
    ['[DONE], a ping and [DONE]', [END, DONE, event('keepalive'), DONE]],
    ['a ping behind an error', [event('error', { message: 'x' }), event('ping')]],
    ['a response without output', [event('response.completed', { response: { id: 'r' } })]],
    ['no response', [event('response.completed')]],
    ['[DONE] alone', [added(MESSAGE), delta(TEXT, 'a'), DONE]],
    ['no last event', [added(MESSAGE), delta(TEXT, 'a'), itemDone(MESSAGE)]],
    ['an error without a type', [added(MESSAGE), { event: null, data: '{"error":{"message":"x"}}' }]],
  ])('and ends in many ways: %s', (_name, frames) => {
    expect(run(...frames).complete).toBe(true);
  });

  it.each<[string, readonly Frame[]]>([
    ['nothing', []],
    ['a ping alone', [event('ping')]],
  ])('but does not end with %s', (_name, frames) => {
    expect(run(...frames).complete).toBe(false);
  });

  it('tells texts without a place apart by their items', () => {
    const piece = (item_id: string, text: string): Frame => event(`${TEXT}.delta`, { item_id, delta: text });
    const item = (id: string): Frame => event('response.output_item.added', { item: { ...MESSAGE, id } });
    expect(run(item('a'), piece('a', 'x'), item('b'), piece('b', 'y'), piece('a', 'z')).texts).toEqual({
      'output/0/content/0': 'xz',
      'output/1/content/0': 'y',
    });
  });

  it('reads the tokens and their alternatives', () => {
    const collected = run(
      delta(TEXT, 'a', {
        logprobs: [{ token: 'a', top_logprobs: [{ token: 'b' }, { token: 'bob@x.example' }] }],
      }),
    );
    expect(collected.texts).toMatchObject({
      'output/0/content/0/logprobs/0': 'a',
      'output/0/content/0/logprobs/1': 'b',
      'output/0/content/0/logprobs/2': 'bob@x.example',
    });
    expect(collected.whole).toEqual(['assistant/content: bob@x.example']);
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

  const SAID = [
    'response.output_item.added',
    'response.content_part.added',
    'response.refusal.delta',
    'response.refusal.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.incomplete',
  ];
  const last = (wire: string): JsonObject =>
    JSON.parse(/data: (.+)\n\n$/.exec(wire)?.[1] ?? 'null') as JsonObject;

  it('creates and ends a response of which nothing was sent', () => {
    const own = reader();
    own.read(response('created'));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.created', ...SAID]);
    expect(numbers(wire)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(wire).toContain('"incomplete_details":{"reason":"content_filter"}');
    expect(wire).toContain('"id":"resp_1","created_at":5,"model":"m-1"');
    expect(reader().finish(REFUSAL)).toContain('"id":"resp_d1","created_at":0,"model":"m-0"');
  });

  it('closes open items, keeps released ones, and continues the numbering', () => {
    const own = pass(
      reader(),
      response('created'),
      added({ id: 'rs_1', type: 'reasoning', summary: [] }),
      event('response.reasoning_summary_part.added', {
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      }),
      delta('response.reasoning_summary_text', 'hm', { summary_index: 0 }),
      added(MESSAGE, 1),
      event('response.content_part.added', {
        output_index: 1,
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [] },
      }),
      delta(TEXT, 'a', { output_index: 1 }),
      delta(TEXT, 'b', { output_index: 1, sequence_number: 7 }),
    );
    own.read(added({ ...MESSAGE, id: 'msg_2' }, 2));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.output_item.done', 'response.output_item.done', ...SAID]);
    expect(numbers(wire)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(last(wire)).toMatchObject({
      response: {
        status: 'incomplete',
        output: [
          { id: 'rs_1', status: 'incomplete', summary: [{ type: 'summary_text', text: 'hm' }] },
          {
            id: 'msg_1',
            status: 'incomplete',
            content: [{ type: 'output_text', text: 'ab', annotations: [] }],
          },
          { id: 'msg_d1', content: [{ type: 'refusal' }] },
        ],
      },
    });
    expect(wire).toContain('"output_index":2');
    expect(wire).not.toContain('msg_2');
  });

  it.each([
    ['nothing where the server has counted nothing', {}, 0, 0],
    ['what the server had counted', { usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 } }, 7, 2],
  ])('has a usage: %s', (_what, more, input, output) => {
    const own = pass(reader(), response('created', [], more));
    expect(last(own.finish(REFUSAL))).toMatchObject({
      response: {
        usage: {
          input_tokens: input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: input + output,
        },
      },
    });
  });

  it('repeats released text as sent', () => {
    const own = reader();
    for (const [frame, sent] of [
      [added(MESSAGE), added(MESSAGE)],
      [
        event('response.content_part.added', { output_index: 0, part: { type: 'output_text', text: '' } }),
        event('response.content_part.added', { output_index: 0, part: { type: 'output_text', text: '' } }),
      ],
      [delta(TEXT, 'bob@x.example'), delta(TEXT, '[EMAIL]')],
    ] as const) {
      own.read(frame);
      own.released(sent);
    }
    const wire = own.finish(REFUSAL);
    expect(wire).toContain('"text":"[EMAIL]"');
    expect(wire).not.toContain('bob');
  });

  it('keeps items that are complete as they are', () => {
    const item = { ...MESSAGE, status: 'completed', content: [{ type: 'output_text', text: 'a' }] };
    const own = pass(reader(), added(MESSAGE), itemDone(item));
    expect(last(own.finish(REFUSAL))).toMatchObject({ response: { output: [item, { id: 'msg_d1' }] } });
  });

  it('emits nothing after the end', () => {
    expect(pass(reader(), END).finish(REFUSAL)).toBe('');
    expect(pass(reader(), event('error', { message: 'x' })).finish(REFUSAL)).toBe('');
  });
});
