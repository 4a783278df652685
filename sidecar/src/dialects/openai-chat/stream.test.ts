import type { Refusal } from '../../exchange/index.ts';
import type { FrameContent, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect, type Collected } from '../testing/collected.ts';
import { openaiChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiChat.prompt({ messages: [] }, MATCH);
const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

const reader = (): StreamReader => openaiChat.stream(PROMPT, MATCH);
const frame = (
  body: JsonObject | '[DONE]',
  event: string | null = null,
): { event: string | null; data: string } => ({
  event,
  data: body === '[DONE]' ? body : JSON.stringify(body),
});
const chunk = (delta: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: 'c_1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm-1',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
const call = (index: number, more: JsonObject): JsonObject => chunk({ tool_calls: [{ index, ...more }] });
const stop = (reason = 'stop', index = 0): JsonObject => chunk({}, { finish_reason: reason, index });
const run = (...bodies: readonly (JsonObject | '[DONE]')[]): Collected =>
  collect(
    reader(),
    bodies.map((body) => frame(body)),
  );
const read = (body: JsonObject): FrameContent => reader().read(frame(body));

describe('a stream of chat chunks refuses', () => {
  it.each<[string, readonly (JsonObject | '[DONE]')[], string]>([
    ['no choices', [{}], '/choices: an array is required'],
    [
      'a choice without its index',
      [{ choices: [{ delta: {} }] }],
      '/choices/0/index: a whole number is required',
    ],
    ['content as an object', [chunk({ content: {} })], '/choices/0/delta/content: must be a string'],
    ['a frame after the end', [stop(), '[DONE]', chunk({ content: 'a' })], 'stream: goes on after its end'],
    ['a second end', ['[DONE]', '[DONE]'], 'stream: goes on after its end'],
    [
      'an end with an open choice',
      [chunk({ content: 'a' }), '[DONE]'],
      'choices/0: the stream ends before the choice is finished',
    ],
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
    [
      'a call without a name',
      [call(0, { function: { arguments: '{' } })],
      '/choices/0/delta/tool_calls/0: a call begins without a name',
    ],
    [
      'a call without an index',
      [chunk({ tool_calls: [{ function: { name: 'f' } }] })],
      '/choices/0/delta/tool_calls/0/index: a whole number is required',
    ],
    [
      'a name in pieces',
      [call(0, { function: { name: 'f' } }), call(0, { function: { name: 'oo' } })],
      '/choices/0/delta/tool_calls/0: a call is named twice',
    ],
    [
      'a call that goes on later',
      [
        call(0, { function: { name: 'f' } }),
        call(1, { function: { name: 'g' } }),
        call(0, { function: { arguments: '1' } }),
      ],
      '/choices/0/delta/tool_calls/0: a call goes on after another one began',
    ],
    [
      'more after an error',
      [{ error: { message: 'x' } }, chunk({ content: 'a' })],
      'stream: goes on after an error',
    ],
    ['a second spelling', [chunk({ Content: 'a' })], '/choices/0/delta/Content: must be written content'],
  ])('%s', (_name, bodies, message) => {
    expect(() => run(...bodies)).toThrow(message);
  });

  it.each([
    ['text that is no JSON', { event: null, data: 'DONE' }, 'not valid JSON'],
    ['an end in other letters', { event: null, data: '[done]' }, 'not valid JSON'],
    ['an array', { event: null, data: '[]' }, 'body: must be a JSON object'],
    ['a key twice', { event: null, data: '{"choices":[],"choices":[]}' }, 'a key occurs twice in one object'],
    [
      'an event of another dialect',
      { event: 'content_block_delta', data: '{"choices":[]}' },
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
      run(
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
        'choices/0/delta/thoughts/0/text': 'u',
        'choices/1/delta/content': 'x',
        'choices/1/delta/refusal': 'n',
      },
      whole: [],
      calls: {},
      ended: [
        'choices/0/delta/content',
        'choices/0/delta/reasoning_content',
        'choices/0/delta/reasoning',
        'choices/0/delta/audio/transcript',
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
      'choices/0/tool_calls/1': 'g {"input":"x\\"y"}',
      'choices/0/function_call': 'h {}',
    });
    expect(collected.texts).toEqual({ 'choices/0/delta/tool_calls/0/custom/input': 'x"y' });
    expect(collected.ended.slice(0, 2)).toEqual(['choices/0/tool_calls/0', 'choices/0/tool_calls/1']);
    expect(collected.complete).toBe(true);
  });

  it('tells where pieces are, also when choices come in another order', () => {
    const content = read({
      choices: [
        { index: 2, delta: { content: 'a' } },
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{' } }] },
          logprobs: { content: [] },
          token_ids: [1],
        },
      ],
    });
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

  it('is complete when every choice that began is finished, with a terminator or without', () => {
    const own = reader();
    expect(own.complete()).toBe(false);
    own.read(frame(chunk({ content: 'a' })));
    expect(own.complete()).toBe(false);
    own.read(frame(stop()));
    expect(own.complete()).toBe(true);
    own.read(frame({ choices: [{ index: 1, delta: {}, finish_reason: null }] }));
    expect(own.complete()).toBe(false);
    own.read(frame({ choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] }));
    own.read(frame('[DONE]'));
    expect(own.complete()).toBe(true);
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

  it('does not take what was read for what was sent', () => {
    const chunks = finished((own) => {
      pass(own, chunk({ content: 'a' }));
      own.read(frame(stop()));
      own.read(frame('[DONE]'));
    });
    expect(chunks).toMatchObject([{ choices: [{ index: 0, finish_reason: 'content_filter' }] }, '[DONE]']);
  });

  it('says nothing after the end', () => {
    expect(finished((own) => pass(own, chunk({ content: 'a' }), stop(), '[DONE]'))).toEqual([]);
  });
});
