import fc from 'fast-check';

import type { Frame, FrameContent, StreamReader } from '../dialect.ts';
import { openaiChat } from '../openai-chat/index.ts';
import { openaiCompletions } from '../openai-completions/index.ts';
import { MATCH } from '../testing/openai-chat.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { AlikeFrames } from './alike.ts';

const WORDS = [
  'The',
  ' ships',
  ' and',
  '5',
  '-1e3',
  ':',
  ',',
  'content',
  'x',
  '',
  ' "no"',
  '\\',
  '\n',
  'é',
  '😀',
];
const word = fc.oneof(
  fc.constantFrom<unknown>(...WORDS),
  fc.constantFrom<unknown>(5, null, ['a'], { a: 'b' }),
);
const usual = fc.constantFrom(...WORDS.slice(0, 3));

/** Members of a chunk: most frames of a stream differ in their words alone. */
const chunk = fc.oneof(
  { weight: 6, arbitrary: usual.map((content) => ({ delta: { content } })) },
  { weight: 2, arbitrary: word.map((content) => ({ delta: { content } })) },
  { weight: 1, arbitrary: word.map((reasoning) => ({ delta: { reasoning, content: 'x' } })) },
  { weight: 2, arbitrary: usual.map((reasoning) => ({ delta: { reasoning } })) },
  { weight: 1, arbitrary: word.map((refusal) => ({ delta: { refusal } })) },
  { weight: 2, arbitrary: word.map((text) => ({ text })) },
  { weight: 1, arbitrary: word.map((text) => ({ delta: { content: [{ type: 'text', text }] } })) },
  {
    weight: 1,
    arbitrary: word.map((token) => ({ delta: { content: 'x' }, logprobs: { content: [{ token }] } })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { delta: {}, finish_reason: 'stop' },
      { delta: { content: 'x' }, finish_reason: 'stop' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] },
    }),
  },
);
const around = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ id: 'c', model: 'm' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<object>(
      { id: 'x' },
      { id: '5' },
      { usage: { prompt_tokens: 1 } },
      { error: 'no' },
    ),
  },
);
const escapes = fc.constantFrom<(data: string) => string>(
  (data) => data,
  (data) => data,
  (data) => data.replace('ships', '\\u0073hips'),
  (data) => data.replace('"The"', '"\\ud83d"'),
  (data) => data.replace('"The"', '"\\ude00"'),
);
const frames = fc.array(
  fc
    .record({
      chunk,
      around,
      index: fc.constantFrom(0, 0, 0, 0, 1),
      escapes,
      event: fc.constantFrom(null, null, null, 'chunk', 'error'),
    })
    .map(({ chunk: said, around: other, index, escapes: escape, event }): Frame => ({
      event,
      data: escape(JSON.stringify({ ...other, choices: [{ index, ...said }] })),
    })),
  { minLength: 2, maxLength: 12 },
);

/** All that a reader says of frames, and the end that it writes. */
function heard(reader: StreamReader, all: readonly Frame[]): readonly unknown[] {
  const said: (FrameContent | string)[] = [];
  for (const frame of all) {
    try {
      said.push(reader.read(frame));
      if (frame.data.length % 3 > 0) reader.released(frame);
    } catch (error) {
      said.push(String(error));
      break;
    }
  }
  return [
    ...said,
    reader.complete(),
    reader.finish({ code: 'content_refused', decision: 'd', detail: null, retryAfterSeconds: null }, 1),
  ];
}

/** White space behind, another in each: no frame is like the one before. */
function unlike(all: readonly Frame[]): readonly Frame[] {
  return all.map(({ event, data }, at) => ({ event, data: data + ' '.repeat(3 * at + 3) }));
}

it.each([
  ['chat', openaiChat, 1],
  ['chat with several choices', openaiChat, 2],
  ['completions', openaiCompletions, 1],
])('frames of %s like the one before are read as if each was parsed', (_name, dialect, n) => {
  const open = (): StreamReader =>
    dialect.stream(dialect.prompt({ prompt: '', messages: [], n }, MATCH), MATCH);
  fc.assert(
    fc.property(frames, (all) => {
      expect(heard(open(), all)).toEqual(heard(open(), unlike(all)));
    }),
    { numRuns: runs(300) },
  );
});

const PROSE = 'The ships, and. '.repeat(100);
const BYTES = Buffer.from([...Array(1500).keys()].map((at) => (at * 37) % 256)).toString('base64');

function said(delta: string): string {
  return `{"choices":[{"index":0,"delta":${delta}}]}`;
}
function url(of: string): string {
  return said(`{"images":[{"image_url":{"url":"${of}"}}]}`);
}
function named(key: string): string {
  return `{"${key}":"","text":""}`;
}
function infinite(id: string): string {
  return `{"id":"${id}","choices":[{"index":0,"text":1e999,"delta":{"reasoning":1e999}}]}`;
}

it.each([
  ['a long text becomes bytes', said(`{"notes":"${PROSE}"}`), said(`{"notes":"${BYTES}"}`)],
  ['a long text becomes short', said(`{"notes":"${PROSE}"}`), said('{"notes":"The ships"}')],
  ['a long text becomes another one', said(`{"notes":"${PROSE}"}`), said(`{"notes":"${PROSE}x"}`)],
  [
    'a picture of text becomes one',
    url('data:text/plain,The ships'),
    url('data:image/png;base64,iVBORw0KGgo='),
  ],
  ['a picture of text is elsewhere', url('data:text/plain,The ships'), url('https://x.example/')],
  [
    'a key comes twice',
    said(`{"content":{"text":${named('a b')}}}`),
    said(`{"content":{"text":${named('text')}}}`),
  ],
  [
    'a key is a word of schemas',
    said('{"audio":{"transcript":{"a b":""}}}'),
    said('{"audio":{"transcript":{"type":""}}}'),
  ],
  [
    'a member of completions becomes bytes',
    `{"choices":[{"text":"${PROSE}"}]}`,
    `{"choices":[{"text":"${BYTES}"}]}`,
  ],
  ['a member of chats becomes bytes', said(`{"content":"${PROSE}"}`), said(`{"content":"${BYTES}"}`)],
  ['a transcript goes on', said('{"audio":{"transcript":"The"}}'), said('{"audio":{"transcript":" ships"}}')],
  ['a number has the words of a label', infinite('Infinity'), infinite('The ships')],
  ['a key comes behind the words', said('{"content":"The"}'), said('{"content":"a","content":"b"}')],
  [
    'a call comes behind the words',
    said('{"content":"The"}'),
    said('{"content":"a","tool_calls":[{"function":{"name":"f"}}]}'),
  ],
  [
    'padding is other',
    '{"obfuscation":"xy","choices":[{"delta":{"content":"The"}}]}',
    '{"obfuscation":"a b","choices":[{"delta":{"content":"The"}}]}',
  ],
])('a frame is read as if it was parsed where %s', (_name, first, second) => {
  for (const dialect of [openaiChat, openaiCompletions]) {
    const open = (): StreamReader =>
      dialect.stream(dialect.prompt({ prompt: '', messages: [] }, MATCH), MATCH);
    const all = [first, second, first].map((data) => ({ event: null, data }));
    expect(heard(open(), all)).toEqual(heard(open(), unlike(all)));
  }
});

it.each([
  ['content', openaiChat, said('{"content":"*"}')],
  ['reasoning', openaiChat, said('{"reasoning_content":"*"}')],
  ['completions', openaiCompletions, '{"choices":[{"text":"*","logprobs":null}]}'],
])('reads the next words of %s only', (_name, dialect, around) => {
  const frames = new AlikeFrames();
  const reader = dialect.stream(dialect.prompt({ prompt: '', messages: [] }, MATCH), MATCH);
  const of = (words: string): Frame => ({ event: null, data: around.replace('*', words) });
  const first = of('The');
  frames.note(first, reader.read(first));
  expect(frames.read(of(' ships'))?.texts.map(({ text }) => text)).toEqual([' ships']);
  expect(frames.read(of('a","role":"tool'))).toBeNull();
  // Forgotten: what changed in between is not known.
  expect(frames.read(of(' ships'))).toBeNull();
});
