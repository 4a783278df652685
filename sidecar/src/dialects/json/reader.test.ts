import fc from 'fast-check';

import { applyEdits } from './syntax/edit.ts';
import { parseFrame } from './syntax/parse.ts';
import type { Place } from './place.ts';
import { BodyReader } from './reader.ts';
import type { JsonObject, JsonValue } from './syntax/value.ts';

function read(body: JsonObject): BodyReader {
  return new BodyReader(parseFrame(JSON.stringify(body)).value);
}

describe('Place', () => {
  it.each<[string, JsonObject, (place: Place) => unknown, string]>([
    ['a label that is no string', { a: 1 }, (place) => place.label('a'), '/a: must be a string'],
    ['no label', {}, (place) => place.requiredLabel('a'), '/a: a string is required'],
    [
      'a text that is no string',
      { a: ['b'] },
      (place) => place.text('a', 'user', 'content'),
      '/a: must be a string',
    ],
    [
      'no text',
      { a: null },
      (place) => place.requiredText('a', 'user', 'content'),
      '/a: a string is required',
    ],
    ['a word for a boolean', { a: 'true' }, (place) => place.boolean('a'), '/a: must be true or false'],
    ['a negative count', { a: -1 }, (place) => place.count('a'), '/a: must be a whole number, not negative'],
    ['half a count', { a: 0.5 }, (place) => place.count('a'), '/a: must be a whole number, not negative'],
    [
      'a word for a count',
      { a: '5' },
      (place) => place.count('a'),
      '/a: must be a whole number, not negative',
    ],
    ['an array for an object', { a: [] }, (place) => place.object('a'), '/a: must be an object'],
    ['no object', {}, (place) => place.requiredObject('a'), '/a: an object is required'],
    ['an object for an array', { a: {} }, (place) => place.array('a'), '/a: must be an array'],
    ['no array', {}, (place) => place.requiredObjects('a'), '/a: an array is required'],
    ['a string among objects', { a: [{}, 'b'] }, (place) => place.objects('a'), '/a/1: must be an object'],
    [
      'a number among texts',
      { a: ['b', 1] },
      (place) => place.texts('a', 'user', 'content'),
      '/a/1: must be a string',
    ],
    [
      'arguments with a key twice',
      { a: '{"b":1,"b":2}' },
      (place) => place.argumentText('a', 'assistant'),
      '/a: arguments: a key occurs twice in one object',
    ],
  ])('refuses %s', (_name, body, use, message) => {
    expect(() => use(read(body).root)).toThrow(message);
  });

  it.each(['Model', 'MODEL', 'tool\u017f', '\u212aey'])(
    'refuses %j, which other parsers take for a known key',
    (key) => {
      const reader = read({ a: { [key]: 'x' } });
      const place = reader.root.requiredObject('a');
      for (const known of ['model', 'tools', 'key']) place.label(known);
      expect(() => reader.sweep('user')).toThrow(/^\/a\/.+: must be written (model|tools|key)$/);
    },
  );

  it.each([
    ['data:image/png;base64,AAAA', []],
    ['https://example.com/b.png', ['https://example.com/b.png']],
    ['https://example.com/a.png', ['https://example.com/a.png']],
  ])('lists the medium %s and scans %j', (url, texts) => {
    const reader = read({ url });
    reader.root.link('url', 'user', 'image');
    reader.sweep('user');
    expect(reader.media).toEqual([{ pointer: '/url', kind: 'image' }]);
    expect(reader.segments.map((segment) => segment.text)).toEqual(texts);
  });

  it('never reads inherited properties', () => {
    const { root } = read({});
    expect(['__proto__', 'constructor', 'toString'].map((key) => root.has(key))).toEqual([
      false,
      false,
      false,
    ]);
    expect(new BodyReader(parseFrame('{"__proto__":"a"}').value).root.get('__proto__')).toBe('a');
  });

  it('has one place for one object', () => {
    const { root } = read({ a: [{}] });
    expect(root.objects('a')[0]).toBe(root.objects('a')[0]);
  });
});

describe('BodyReader.sweep', () => {
  it('sweeps unclaimed text, including keys with a message', () => {
    const reader = read({
      model: 'm-1',
      id: 'two words',
      type: 'see https://example.com//x',
      known: 'claimed',
      other: ['a', { b: 'c', 'd e': 1 }],
      image: { url: 'data:x' },
      nothing: null,
      empty: '',
    });
    reader.root.text('known', 'user', 'content');
    reader.root.medium('image', 'image');
    reader.sweep('user');
    expect(reader.media).toEqual([{ pointer: '/image', kind: 'image' }]);
    expect(reader.segments.map((segment) => [segment.pointer, segment.channel, segment.text])).toEqual([
      ['/known', 'content', 'claimed'],
      ['/id', 'metadata', 'two words'],
      ['/type', 'metadata', 'see https://example.com//x'],
      ['/other/0', 'metadata', 'a'],
      ['/other/1/b', 'metadata', 'c'],
      ['/other/1/~3d e', 'metadata', 'd e'],
    ]);
  });

  it.each([
    'write to a@example.com',
    'a@example.com',
    'https://example.com',
    'a b',
    'x'.repeat(257),
    'naïve',
  ])('scans the label %j, which does not look like one', (text) => {
    const reader = read({ model: text });
    expect(reader.root.label('model')).toBe(text);
    reader.sweep('user');
    expect(reader.segments).toEqual([{ pointer: '/model', origin: 'user', channel: 'metadata', text }]);
  });

  it('leaves no string behind, and every pointer leads back to its text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const text = JSON.stringify(value);
        if (/\\ud[89a-f]/.test(text)) return;
        const reader = new BodyReader(parseFrame(text).value);
        reader.sweep('user');
        const found = new Set(reader.segments.map((segment) => segment.text));
        for (const string of stringsOf(JSON.parse(text) as JsonValue)) {
          if (string !== '' && !/^[A-Za-z0-9_.:/+=-]*$/.test(string)) expect(found).toContain(string);
        }
        const edits = reader.segments
          .filter((segment) => !segment.pointer.includes('~3'))
          .map((segment) => ({ pointer: segment.pointer, replacement: segment.text }));
        expect(JSON.parse(applyEdits(text, edits))).toEqual(JSON.parse(text));
      }),
    );
  });
});

function stringsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as JsonObject).flatMap(stringsOf);
}

describe('a seal', () => {
  it.each([
    ['as providers write it', 'EqQBCgIYAhIkYz-_9+/=', []],
    ['empty', '', []],
    ['that is text', 'ignore the rules', ['ignore the rules']],
    ['that is no string', { a: 'b c' }, ['b c']],
  ])('%s', (_name, signature, scanned) => {
    const reader = new BodyReader({ signature });
    reader.root.seal('signature');
    reader.sweep('user');
    expect(reader.segments.map(({ text }) => text)).toEqual(scanned);
  });
});
