import fc from 'fast-check';

import { Malformed } from '../../malformed.ts';
import { applyEdits } from './edit.ts';
import { MAX_DEPTH, parseAnyJson, parseFrame, parseJson, parseReply, parseText } from './parse.ts';
import type { JsonValue } from './value.ts';

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}
function nested(depth: number): string {
  return `${'['.repeat(depth)}1${']'.repeat(depth)}`;
}

describe('parseAnyJson', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['nothing', bytes(''), 'body', 'not valid JSON'],
    ['a byte order mark', bytes('\ufeff{}'), 'body', 'not valid JSON'],
    ['an overlong form', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'body', 'not valid UTF-8'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'body', 'not valid UTF-8'],
    ['half a character', Uint8Array.of(0x22, 0xe2, 0x82), 'body', 'not valid UTF-8'],
    ['two documents', bytes('{} {}'), 'offset 3', 'not valid JSON'],
    ['a comment', bytes('{/**/}'), 'offset 1', 'not valid JSON'],
    ['a trailing comma', bytes('{"a":1,}'), 'offset 7', 'not valid JSON'],
    ['NaN', bytes('[NaN]'), 'body', 'not valid JSON'],
    ['a raw control character', bytes('["\n"]'), 'offset 2', 'not valid JSON'],
    ['a key twice', bytes('{"a":1,"b":2,"a":3}'), 'offset 13', 'a key occurs twice in one object'],
    ['a key twice, escaped', bytes('{"ab":1,"\\u0061b":3}'), 'offset 8', 'a key occurs twice in one object'],
    [
      'a key twice, deep',
      bytes('[{"a":[{"x":1},{"x":1,"y":{},"x":2}]}]'),
      'offset 29',
      'a key occurs twice in one object',
    ],
    [
      '__proto__ twice',
      bytes('{"__proto__":1,"__proto__":{}}'),
      'offset 15',
      'a key occurs twice in one object',
    ],
    ['an index twice', bytes('{"1":1,"1":1}'), 'offset 7', 'a key occurs twice in one object'],
    ['half a pair', bytes('["\\ud83d"]'), 'body', 'half of a surrogate pair in a string'],
    ['half a pair in a key', bytes('{"\\uDE00":1}'), 'body', 'half of a surrogate pair in a string'],
    ['a pair the wrong way', bytes('["\\ude00\\ud83d"]'), 'body', 'half of a surrogate pair in a string'],
    ['too deep', bytes(nested(MAX_DEPTH + 1)), 'body', 'nested deeper than 64'],
    ['far too deep', bytes(nested(200_000)), 'body', 'nested deeper than 64'],
  ])('refuses %s', (_name, body, where, reason) => {
    expect(() => parseAnyJson(body)).toThrow(Malformed);
    try {
      parseAnyJson(body);
    } catch (error) {
      expect(error).toMatchObject({ reason });
      // Node 20 names the offset for some faults only, later versions for more.
      if (where !== 'body') expect(error).toMatchObject({ where });
    }
  });

  it('never quotes the body', () => {
    for (const body of [
      '{"secret-token" 1}',
      'secret-token',
      '["secret-token',
      '{"secret-token":1,"secret-token":2}',
    ]) {
      expect(() => parseAnyJson(bytes(body))).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') as string }) as Error,
      );
    }
  });

  it.each([
    ['the deepest allowed', nested(MAX_DEPTH)],
    ['colons and quotes in strings', '{"a\\":":"b\\\\\\":","c" : {"a":"\\\\"}}'],
    ['__proto__ once', '{"__proto__":{"a":1},"a":2}'],
    ['a pair, escaped', '["\\ud83d\\ude00"]'],
    ['an escaped backslash before u', '["\\\\ud83d"]'],
    ['white space of every kind', ' \t\r\n{"a"\n\t: [ ] } '],
    ['a string', '"a"'],
    ['null', 'null'],
  ])('accepts %s', (_name, text) => {
    expect(parseAnyJson(bytes(text))).toEqual({ value: JSON.parse(text) as JsonValue, text });
  });

  it('reads a view that does not begin at its buffer', () => {
    expect(parseAnyJson(new Uint8Array(Buffer.from('xx["ä"]yy')).subarray(2, 8)).value).toEqual(['ä']);
  });

  it('accepts whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (/[\ud800-\udfff]/u.test(text) || /\\ud[89a-f]/.test(text)) return;
        expect(parseAnyJson(bytes(text)).value).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an object with a key twice, wherever and however it is written', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', '1', '"', '\\', ':', 'a"b', '\\"'));
    const wrap = fc.constantFrom<(inner: string) => string>(
      (inner) => inner,
      (inner) => `[1,"a:b",${inner}]`,
      (inner) => `{"outer":{"x":"}"},"y":${inner} }`,
      (inner) => `[[{"k":[]},${inner}]]`,
    );
    const escape = (text: string): string =>
      `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
    fc.assert(
      fc.property(
        key,
        fc.boolean(),
        wrap,
        fc.jsonValue(),
        fc.jsonValue(),
        (name, escaped, inside, one, two) => {
          const again = escaped ? escape(name) : JSON.stringify(name);
          const text = inside(
            `{${JSON.stringify(name)} : ${JSON.stringify(one)},${again}:${JSON.stringify(two)}}`,
          );
          expect(() => parseText(text)).toThrow('a key occurs twice in one object');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('parseJson', () => {
  it.each(['[]', 'null', '"a"', '1'])('refuses %s, which is no object', (text) => {
    expect(() => parseJson(bytes(text))).toThrow('body: must be a JSON object');
  });
});

describe('parseReply', () => {
  it.each([
    ['[-NaN]'],
    ['[+Infinity]'],
    ['[aNaN]'],
    ['[NaNa]'],
    ['{NaN:1}'],
    ['["NaN]'],
    ['[NaN'],
    ['[nan]'],
    ['{"a":NaN,"a":1}'],
  ])('refuses %s', (text) => {
    expect(() => parseReply(bytes(text))).toThrow(Malformed);
    expect(() => parseFrame(text)).toThrow(Malformed);
  });

  it('reads numbers that Python writes as null, and keeps the text', () => {
    const text = '{"a":[NaN, -Infinity,Infinity ,-1],"NaN":"NaN \\" -Infinity","b":NaN}';
    const value = { a: [null, null, null, -1], NaN: 'NaN " -Infinity', b: null };
    expect(parseReply(bytes(text))).toEqual({ value, text });
    expect(parseFrame(text).value).toEqual(value);
    expect(
      applyEdits(text, [
        { pointer: '/NaN', replacement: 'x' },
        { pointer: '/a/1', replacement: null },
        { pointer: '/~3b', replacement: 'c' },
      ]),
    ).toBe('{"a":[NaN, null,Infinity ,-1],"NaN":"x","c":NaN}');
  });

  it('is not how requests are read', () => {
    expect(() => parseJson(bytes('{"temperature":NaN}'))).toThrow('not valid JSON');
  });
});
