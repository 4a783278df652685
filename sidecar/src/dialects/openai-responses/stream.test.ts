import type { Frame, FrameContent } from '../dialect.ts';
import { collect, type Collected } from '../testing/collected.ts';
import {
  ARGUMENTS,
  CALL,
  END,
  FULL,
  MESSAGE,
  SHELL,
  TEXT,
  added,
  delta,
  done,
  event,
  itemDone,
  reader,
  response,
} from '../testing/openai-responses.ts';
import { expectFramePointers } from '../testing/pointers.ts';

function run(...frames: readonly Frame[]): Collected {
  return collect(reader(), frames);
}

const INPUT = 'response.custom_tool_call_input';
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
  ])('let a stream be complete that ends with %s', (_name, frames) => {
    expect(run(...frames).complete).toBe(true);
  });

  it.each<[string, readonly Frame[]]>([
    ['nothing', []],
    ['a ping alone', [event('ping')]],
  ])('do not make a stream complete that has %s', (_name, frames) => {
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
      'output/0/content/0/logprobs/2': 'b',
      'output/0/content/0/logprobs/4': 'bob@x.example',
    });
    expect(collected.whole).toEqual(['assistant/content: bob@x.example']);
  });
});
