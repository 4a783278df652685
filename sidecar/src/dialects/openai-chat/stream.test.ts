import type { FrameContent, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { MATCH, call, chunk, frame, reader, stop, type Chunk } from '../testing/openai-chat.ts';
import { openaiChat } from './index.ts';

function several(): StreamReader {
  return openaiChat.stream(openaiChat.prompt({ messages: [], n: 4 }, MATCH), MATCH);
}
function run(...bodies: readonly Chunk[]): Collected {
  return runIn(reader(), ...bodies);
}
function runIn(own: StreamReader, ...bodies: readonly Chunk[]): Collected {
  return collect(
    own,
    bodies.map((body) => frame(body)),
  );
}
function read(body: JsonObject): FrameContent {
  return reader().read(frame(body));
}

describe('a stream of chat chunks refuses', () => {
  it.each<[string, readonly Chunk[], string]>([
    [
      'a call that is renamed',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{' } }),
        call(0, { id: 'a', function: { name: 'g' } }),
      ],
      '/choices/0/delta/tool_calls/0: a call has two names',
    ],
    [
      'a call that is renamed when it is complete',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{}' } }),
        call(0, { id: 'a', function: { name: 'g' } }),
      ],
      '/choices/0/delta/tool_calls/0: a call has two names',
    ],
    [
      'a call that goes on when it is complete and another one began',
      [
        call(0, { function: { name: 'f', arguments: '{}' } }),
        call(1, { function: { name: 'g' } }),
        call(0, { function: { arguments: '{"a":1}' } }),
      ],
      '/choices/0/delta/tool_calls/0: a call continues after another one began',
    ],
    ['a second spelling', [chunk({ Content: 'a' })], '/choices/0/delta/Content: must be written content'],
    [
      'half of a character that stays alone',
      [chunk({ content: 'a\ud83d' }), chunk({ content: 'b' })],
      '/choices/0/delta/content: half of a surrogate pair',
    ],
    [
      'the second half of a character alone',
      [chunk({ content: '\ude00b' })],
      '/choices/0/delta/content: half of a surrogate pair',
    ],
    [
      'half of a character inside of a text',
      [chunk({ content: 'a\ud83db' })],
      'body: half of a surrogate pair',
    ],
    ['half of a character where no text goes on', [{ note: 'a\ud83d' }], 'body: half of a surrogate pair'],
    [
      'half of a character that another text goes on with',
      [chunk({ content: 'a\ud83d' }), chunk({ reasoning: '\ude00' })],
      '/choices/0/delta/reasoning: half of a surrogate pair',
    ],
  ])('%s', (_name, bodies, message) => {
    expect(() => run(...bodies)).toThrow(message);
  });

  it.each([
    [
      'text after the end of its choice',
      [stop(), chunk({ content: 'a' })],
      '/choices/0/delta/content: a choice goes on after its end',
    ],
    [
      'a call after the end of its choice',
      [stop(), call(0, { function: { name: 'f' } })],
      '/choices/0/delta/tool_calls/0: a choice goes on after its end',
    ],
  ])('among several choices, %s', (_name, bodies, message) => {
    expect(() =>
      collect(
        several(),
        bodies.map((body) => frame(body)),
      ),
    ).toThrow(message);
  });

  it.each([
    ['text that is no JSON', { event: null, data: 'DONE' }, 'not valid JSON'],
    ['an end in other letters', { event: null, data: '[done]' }, 'not valid JSON'],
    ['an array', { event: null, data: '[]' }, 'body: must be a JSON object'],
    ['a key twice', { event: null, data: '{"choices":[],"choices":[]}' }, 'a key occurs twice in one object'],
    [
      'an event with room for a message',
      { event: 'AKIA4711', data: '{"choices":[]}' },
      'stream: an event that the dialect does not define',
    ],
  ])('%s', (_name, input, message) => {
    expect(() => reader().read(input)).toThrow(message);
  });
});

describe('a stream of chat chunks', () => {
  it('runs every text of every choice under its own key', () => {
    const other = (delta: JsonObject): JsonObject => chunk(delta, { index: 1 });
    expect(
      runIn(
        several(),
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'a' }),
        other({ content: 'x', refusal: 'n' }),
        chunk({ content: 'b', reasoning_content: 'r' }),
        chunk({ reasoning: 's', audio: { transcript: 't', data: 'AAAA' }, thoughts: [{ text: 'u' }] }),
        stop(),
        chunk({}, { index: 1, finish_reason: 'length' }),
        { id: 'c_1', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } },
        '[DONE]',
      ),
    ).toEqual({
      texts: {
        'choices/0/delta/content': 'ab',
        'choices/0/delta/reasoning_content': 'r',
        'choices/0/delta/reasoning': 's',
        'choices/0/delta/audio/transcript': 't',
        'choices/0/delta/audio/data': 'AAAA',
        'choices/0/delta/thoughts/0/text': 'u',
        'choices/1/delta/content': 'x',
        'choices/1/delta/refusal': 'n',
      },
      whole: ['assistant/metadata: u'],
      calls: {},
      ended: [
        'choices/0/delta/content',
        'choices/0/delta/reasoning_content',
        'choices/0/delta/reasoning',
        'choices/0/delta/audio/transcript',
        'choices/0/delta/audio/data',
        'choices/0/delta/thoughts/0/text',
        'choices/1/delta/content',
        'choices/1/delta/refusal',
      ],
      finishReasons: ['stop', 'length'],
      complete: true,
    });
  });

  it('puts calls together and ends one when the next begins', () => {
    const collected = run(
      call(0, { id: 'k_1', type: 'function', function: { name: 'f', arguments: '' } }),
      call(0, { function: { arguments: '{"a"' } }),
      call(0, { function: { name: '', arguments: ':1}' } }),
      call(1, { id: 'k_2', type: 'custom', custom: { name: 'g', input: 'x"' } }),
      call(1, { custom: { input: 'y' } }),
      chunk({ function_call: { name: 'h', arguments: '{}' } }),
      stop('tool_calls'),
      '[DONE]',
    );
    expect(collected.calls).toEqual({
      'choices/0/tool_calls/0': 'f {"a":1}',
      'choices/0/tool_calls/1': 'g x"y',
      'choices/0/function_call': 'h {}',
    });
    expect(collected.texts).toEqual({ 'choices/0/delta/tool_calls/0/custom/input': 'x"y' });
    expect(collected.ended).toEqual(['choices/0/tool_calls/0']);
    expect(collected.complete).toBe(true);
  });

  it('tells where pieces are, also when choices come in another order', () => {
    const content = several().read(
      frame({
        choices: [
          { index: 2, delta: { content: 'a' } },
          {
            index: 0,
            delta: { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{' } }] },
            logprobs: { content: [] },
            token_ids: [1],
          },
        ],
      }),
    );
    expect(content.texts).toEqual([
      {
        key: 'choices/2/delta/content',
        pointer: '/choices/0/delta/content',
        text: 'a',
        origin: 'assistant',
        channel: 'content',
        whole: false,
      },
    ]);
    expect(content.calls).toEqual([
      {
        key: 'choices/0/tool_calls/0',
        pointer: '/choices/1/delta/tool_calls/0/function/arguments',
        name: 'f',
        arguments: '{',
        whole: false,
      },
    ]);
    expect(content.mirrors).toEqual(['/choices/1/logprobs']);
    expect(content.unreadable).toEqual(['/choices/1/token_ids']);
  });

  it('takes citations and the like as whole texts', () => {
    const { texts } = read({
      ...chunk({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://x.example/' } }] }),
      note: 'a b',
    });
    expect(
      texts
        .filter((text) => text.text.includes('x.example') || text.text === 'a b')
        .map((text) => [text.channel, text.whole]),
    ).toEqual([
      ['citation', true],
      ['metadata', true],
    ]);
  });

  it('passes an error of the server on, scanned', () => {
    const own = reader();
    own.read(frame(chunk({ content: 'a' })));
    const content = own.read(frame({ error: { message: 'out of memory', code: 500 } }));
    expect(content).toMatchObject({ last: true, texts: [{ text: 'out of memory', whole: true }] });
    expect(own.complete()).toBe(true);
    expect(own.read(frame('[DONE]')).last).toBe(true);
  });

  it('is complete once it has said anything', () => {
    const own = reader();
    expect(own.complete()).toBe(false);
    own.read(frame(chunk({ content: 'a' })));
    expect(own.complete()).toBe(true);
  });

  it.each<[string, readonly Chunk[], Readonly<Record<string, string>>]>([
    [
      'an empty finish reason',
      [chunk({ content: 'a' }, { finish_reason: '' }), chunk({ content: 'b' }), stop()],
      { content: 'ab' },
    ],
    ['no finish reason', [chunk({ content: 'a' }), chunk({ content: 'b' }), '[DONE]'], { content: 'ab' }],
    [
      'text after the finish reason',
      [chunk({ content: 'a' }), stop(), chunk({ content: 'b' }), stop()],
      { content: 'ab' },
    ],
    [
      'no index',
      [{ choices: [{ delta: { content: 'a' } }] }, { choices: [{ delta: { content: 'b' } }] }],
      { content: 'ab' },
    ],
    [
      'no choices',
      [{}, { choices: null }, { choices: [], prompt_filter_results: [] }, chunk({ content: 'a' })],
      { content: 'a' },
    ],
    ['one choice without an array', [{ choices: { delta: { content: 'a' } } }], { content: 'a' }],
    [
      'no delta',
      [{ choices: [{ index: 0 }] }, chunk({ content: 'a' }), { choices: [{ delta: null }] }],
      { content: 'a' },
    ],
    [
      'parts',
      [
        chunk({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'r' }] },
            { type: 'text', text: 'a' },
          ],
        }),
        chunk({ content: [{ type: 'text', text: 'b' }, 'c'] }),
        chunk({ content: 'd' }),
        chunk({ content: [{ type: 'thinking', thinking: 's' }] }),
      ],
      { content: 'abcd', 'content/reasoning': 'rs' },
    ],
    [
      'reasoning by other names',
      [chunk({ reasoning: 'a', thinking: 'b' }), chunk({ reasoning: 'c', thinking: 'd' })],
      { reasoning: 'ac', thinking: 'bd' },
    ],
    [
      'a character in two pieces',
      [chunk({ role: '', content: 'a\ud83d' }), chunk({ content: '\ude00b' })],
      { content: 'a😀b' },
    ],
    ['half of a character at the end', [chunk({ content: 'a\ud83d' }), '[DONE]'], { content: 'a\ud83d' }],
  ])('has %s', (_name, bodies, texts) => {
    const { complete, ...collected } = run(...bodies);
    expect(complete).toBe(true);
    expect(collected.texts).toEqual(
      Object.fromEntries(Object.entries(texts).map(([key, text]) => [`choices/0/delta/${key}`, text])),
    );
  });

  it('reads choices that count on as one text, and each by itself', () => {
    const at = (index: number, content: string): JsonObject => chunk({ content }, { index });
    expect(run(at(0, 'a'), at(1, 'b'), at(2, 'c'), stop('stop', 0)).texts).toEqual({
      'choices/0/delta/content': 'abc',
      'choices/1/own/delta/content': 'b',
      'choices/2/own/delta/content': 'c',
    });
  });

  it('reads choices in turns as one text, and each by itself', () => {
    const own = reader();
    const at = (index: number, content: string): JsonObject => chunk({ content }, { index });
    const contents = [at(0, 'a'), at(1, 'b'), at(0, 'c')].map((body) => own.read(frame(body)));
    expect(contents.map(({ forks }) => forks)).toEqual([
      undefined,
      [{ from: 'choices/0/delta/content', to: 'choices/0/own/delta/content' }],
      undefined,
    ]);
    expect(contents.map(({ texts }) => texts.map(({ key, text }) => `${key}: ${text}`))).toEqual([
      ['choices/0/delta/content: a'],
      ['choices/0/delta/content: b', 'choices/1/own/delta/content: b'],
      ['choices/0/delta/content: c', 'choices/0/own/delta/content: c'],
    ]);
  });

  it('reads an unknown text in both ways: as a continuation, and by itself', () => {
    expect(run(chunk({ note: 'a b' }), chunk({ note: ' c' }))).toMatchObject({
      texts: { 'choices/0/delta/note': 'a b c' },
      whole: ['assistant/metadata: a b', 'assistant/metadata:  c'],
    });
  });

  it.each<[string, readonly { event: string | null; data: string }[]]>([
    ['after the end', [frame('[DONE]'), frame(chunk({ content: 'a' })), frame('[DONE]')]],
    ['after an error', [frame({ error: 'no memory' }), frame(chunk({ content: 'a' })), frame(chunk({}))]],
  ])('drops what comes %s', (_name, frames) => {
    const own = reader();
    expect(frames.map((each) => own.read(each).dropped ?? false)).toEqual([false, true, true]);
  });

  it('accepts unknown event names', () => {
    const own = reader();
    expect(own.read(frame({ type: 'ping' }, 'ping')).texts).toEqual([]);
    expect(own.read(frame(chunk({ content: 'a' }), 'chat.completion.chunk')).texts).toMatchObject([
      { text: 'a' },
    ]);
    expect(own.read(frame({ message: 'no memory' }, 'error'))).toMatchObject({
      last: true,
      texts: [{ text: 'no memory' }],
    });
  });

  it('lets an empty chunk follow the end of a choice', () => {
    expect(run(stop(), stop(), chunk({ content: '' }), '[DONE]').complete).toBe(true);
  });
});
