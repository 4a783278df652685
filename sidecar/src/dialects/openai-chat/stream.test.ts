import type { Refusal } from '../../exchange/index.ts';
import type { FrameContent, StreamReader } from '../dialect.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { openaiChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiChat.prompt({ messages: [] }, MATCH);
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

function reader(): StreamReader {
  return openaiChat.stream(PROMPT, MATCH);
}
function several(): StreamReader {
  return openaiChat.stream(openaiChat.prompt({ messages: [], n: 4 }, MATCH), MATCH);
}
function frame(
  body: JsonObject | '[DONE]',
  event: string | null = null,
): { event: string | null; data: string } {
  return {
    event,
    data: body === '[DONE]' ? body : JSON.stringify(body),
  };
}
function chunk(delta: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    id: 'c_1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  };
}
function call(index: number, more: JsonObject): JsonObject {
  return chunk({ tool_calls: [{ index, ...more }] });
}
function stop(reason = 'stop', index = 0): JsonObject {
  return chunk({}, { finish_reason: reason, index });
}
function run(...bodies: readonly (JsonObject | '[DONE]')[]): Collected {
  return runIn(reader(), ...bodies);
}
function runIn(own: StreamReader, ...bodies: readonly (JsonObject | '[DONE]')[]): Collected {
  return collect(
    own,
    bodies.map((body) => frame(body)),
  );
}
function read(body: JsonObject): FrameContent {
  return reader().read(frame(body));
}

describe('a stream of chat chunks refuses', () => {
  it.each<[string, readonly (JsonObject | '[DONE]')[], string]>([
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
      'the other half alone',
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

/** What the calls of a stream come to: names, arguments, and what else is known of each. */
function callsOf(...bodies: readonly JsonObject[]): readonly string[] {
  const own = openaiChat.stream(
    openaiChat.prompt(
      { messages: [], tools: ['f', 'g', 'get_weather'].map((name) => ({ function: { name } })) },
      MATCH,
    ),
    MATCH,
  );
  const found = new Map<string, { names: string[]; text: string; marks: Set<string> }>();
  for (const { key, name, arguments: text, alsoNamed = [], uncertain, freeText } of bodies.flatMap(
    (body) => own.read(frame(body)).calls,
  )) {
    const seen = found.get(key) ?? { names: [], text: '', marks: new Set<string>() };
    found.set(key, seen);
    if (name !== null) seen.names.push(name);
    seen.names.push(...alsoNamed);
    seen.text += text;
    if (uncertain === true) seen.marks.add('?');
    if (freeText === true) seen.marks.add('free');
  }
  return [...found.values()].map(({ names, text, marks }) =>
    [names.join('|'), text, ...marks].join(' ').trim(),
  );
}

describe('the calls of a stream', () => {
  const part = (name: string | null, text: string | null, more: JsonObject = {}): JsonObject => ({
    ...more,
    function: { ...(name === null ? {} : { name }), ...(text === null ? {} : { arguments: text }) },
  });
  const calls = (...tool_calls: readonly JsonValue[]): JsonObject => chunk({ tool_calls });

  it.each<[string, readonly JsonObject[], readonly string[]]>([
    [
      'an index that is always 0, with ids',
      [
        calls(part('f', '{"a":', { index: 0, id: 'a' })),
        calls(part(null, '1}', { index: 0 })),
        calls(part('g', '{}', { index: 0, id: 'b' })),
      ],
      ['f {"a":1}', 'g {}'],
    ],
    [
      'an index that is always 0, without ids',
      [calls(part('f', '{"a":1}', { index: 0 })), calls(part('f', '{"a":2}', { index: 0 }))],
      ['f {"a":1}', 'f {"a":2}'],
    ],
    [
      'no index',
      [calls(part('f', '{"a"', { id: 'a' })), calls(part(null, ':1}')), calls(part('g', '{}', { id: 'b' }))],
      ['f {"a":1}', 'g {}'],
    ],
    [
      'no index, all at once',
      [calls(part('f', '{}', { id: 'a' }), part('g', '{}', { id: 'b' }))],
      ['f {}', 'g {}'],
    ],
    [
      'no index, and pieces that could belong to either',
      [calls(part('f', '{'), part('g', '{')), calls(part(null, '}'))],
      ['f {} ?', 'g { ?'],
    ],
    [
      'an index in digits',
      [calls(part('f', '{"a"', { index: '1' })), calls(part(null, ':1}', { index: 1 }))],
      ['f {"a":1}'],
    ],
    [
      'an index that counts on with the pieces',
      [
        calls(part('f', '{"a":', { index: 0 })),
        calls(part(null, '1', { index: 1 })),
        calls(part(null, '}', { index: 2 })),
      ],
      ['f {"a":1} ?'],
    ],
    [
      'an index that counts on, with the id in each piece',
      [calls(part('f', '{"a":', { index: 0, id: 'a' })), calls(part('f', '1}', { index: 1, id: 'a' }))],
      ['f|f {"a":1} ?'],
    ],
    [
      'calls in turns',
      [
        calls(part('f', '{"a"', { index: 0 }), part('g', '{"b"', { index: 1 })),
        calls(part(null, ':1}', { index: 0 }), part(null, ':2}', { index: 1 })),
      ],
      ['f {"a":1}', 'g {"b":2}'],
    ],
    [
      'a name in each piece, with the id',
      [
        calls(part('f', '', { index: 0, id: 'a' })),
        calls(part('f', '{}', { index: 0, id: 'a' })),
        calls(part('f', '', { index: 0, id: 'a' })),
      ],
      ['f|f|f {}'],
    ],
    [
      'a name in each piece, without ids',
      [calls(part('f', '{"a"', { index: 0 })), calls(part('f', ':1}', { index: 0 }))],
      ['f|f {"a":1}'],
    ],
    [
      'a name that comes late',
      [calls(part('', '{"a"', { index: 0, id: 'a' })), calls(part('f', ':1}', { index: 0 }))],
      ['f {"a":1}'],
    ],
    [
      'a name in pieces',
      [
        calls(part('get_', '', { index: 0, id: 'a' })),
        calls(part('weather', '', { index: 0 })),
        calls(part(null, '{}', { index: 0 })),
      ],
      ['get_|weather {}'],
    ],
    [
      'a name that grows',
      [calls(part('get_', '', { index: 0 })), calls(part('get_weather', '{}', { index: 0 }))],
      ['get_|get_weather {}'],
    ],
    [
      'a new id before the arguments are complete',
      [calls(part('f', '{"a":', { index: 0, id: 'a' })), calls(part('g', '1}', { index: 0, id: 'b' }))],
      ['f {"a": ?', 'g 1} ?'],
    ],
    [
      'an id that is empty',
      [calls(part('f', '{"a"', { index: 0, id: '' })), calls(part('', ':1}', { index: 0, id: '' }))],
      ['f {"a":1}'],
    ],
    ['one call alone', [chunk({ tool_calls: part('f', '{}', { index: 0 }) })], ['f {}']],
    ['no level of its own', [chunk({ tool_calls: [{ index: 0, name: 'f', arguments: '{}' }] })], ['f {}']],
    [
      'arguments in an object',
      [chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: { a: 1 } } }] })],
      ['f {"a":1}'],
    ],
    [
      'nothing where something could be',
      [
        chunk({ tool_calls: null, function_call: null }),
        calls({ index: 0, function: null }),
        calls({ index: 0 }),
        chunk({ tool_calls: [] }),
      ],
      [],
    ],
    [
      'two names in one piece',
      [
        calls({
          index: 0,
          type: 'custom',
          function: { name: 'f', arguments: '{}' },
          custom: { name: 'g', input: 'x' },
        }),
      ],
      ['f|g {}'],
    ],
    [
      'calls of old',
      [
        chunk({ function_call: { name: 'f', arguments: '{"a"' } }),
        chunk({ function_call: { arguments: ':1}' } }),
      ],
      ['f {"a":1}'],
    ],
    [
      'a message in place of a delta',
      [{ choices: [{ index: 0, message: { tool_calls: [part('f', '{}', { index: 0 })] } }] }],
      ['f {}'],
    ],
    ['no name at all', [calls(part(null, '{}', { index: 0 }))], ['{}']],
  ])('have %s', (_name, bodies, expected) => {
    expect(callsOf(...bodies).map((said) => said.trim())).toEqual(expected);
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

  it('is complete as soon as anything was said: the end is the end', () => {
    const own = reader();
    expect(own.complete()).toBe(false);
    own.read(frame(chunk({ content: 'a' })));
    expect(own.complete()).toBe(true);
  });

  it.each<[string, readonly (JsonObject | '[DONE]')[], Readonly<Record<string, string>>]>([
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
    ['one choice alone', [{ choices: { delta: { content: 'a' } } }], { content: 'a' }],
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

describe('finish', () => {
  const finished = (prepare: (own: StreamReader) => void): readonly (JsonObject | '[DONE]')[] => {
    const own = reader();
    prepare(own);
    return own
      .finish(REFUSAL)
      .split('\n\n')
      .filter((part) => part !== '')
      .map((part) =>
        part === 'data: [DONE]' ? '[DONE]' : (JSON.parse(part.replace(/^data: /, '')) as JsonObject),
      );
  };
  const pass = (own: StreamReader, ...bodies: readonly (JsonObject | '[DONE]')[]): void => {
    for (const body of bodies) {
      own.read(frame(body));
      own.released(frame(body));
    }
  };

  it('begins and ends a choice of which nothing was sent', () => {
    expect(finished(() => undefined)).toMatchObject([
      {
        id: 'd1',
        object: 'chat.completion.chunk',
        choices: [
          {
            index: 0,
            finish_reason: 'content_filter',
            delta: { role: 'assistant', content: '', refusal: expect.any(String) as string },
          },
        ],
      },
      '[DONE]',
    ]);
    expect(finished((own) => void own.read(frame(chunk({ content: 'a' }))))).toMatchObject([
      { id: 'c_1', created: 1, model: 'm-1', choices: [{ delta: { role: 'assistant' } }] },
      '[DONE]',
    ]);
  });

  it('sends the usage in a separate chunk if requested, once', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const prompt = openaiChat.prompt(
      { messages: [], stream: true, stream_options: { include_usage: true } },
      MATCH,
    );
    const asked = (...bodies: readonly JsonObject[]): string => {
      const own = openaiChat.stream(prompt, MATCH);
      pass(own, ...bodies);
      return own.finish(REFUSAL);
    };
    const usageOnly = (said: JsonObject): string => `"choices":[],"usage":${JSON.stringify(said)}`;
    expect(asked()).toContain(usageOnly(none));
    expect(asked({ ...chunk({ content: 'a' }), usage })).toContain(usageOnly(usage));
    expect(asked(chunk({ content: 'a' }), stop(), { ...chunk({}), choices: [], usage })).toBe(
      'data: [DONE]\n\n',
    );
  });

  it('ends every choice that the client saw begin and not end', () => {
    const chunks = finished((own) => {
      pass(own, chunk({ content: 'a' }), chunk({ content: 'b' }, { index: 1 }), stop());
      own.read(frame(chunk({ content: 'c' }, { index: 2 })));
    });
    expect(chunks).toMatchObject([
      { choices: [{ index: 1, finish_reason: 'content_filter' }] },
      { choices: [{ index: 2, finish_reason: 'content_filter', delta: { role: 'assistant' } }] },
      '[DONE]',
    ]);
    expect(chunks).not.toMatchObject([{ choices: [{ delta: { role: 'assistant' } }] }, {}, '[DONE]']);
  });

  it('keeps read and released frames apart', () => {
    const chunks = finished((own) => {
      pass(own, chunk({ content: 'a' }));
      own.read(frame(stop()));
      own.read(frame('[DONE]'));
    });
    expect(chunks).toMatchObject([{ choices: [{ index: 0, finish_reason: 'content_filter' }] }, '[DONE]']);
  });

  it('emits nothing after the end', () => {
    expect(finished((own) => pass(own, chunk({ content: 'a' }), stop(), '[DONE]'))).toEqual([]);
  });
});
