import fc from 'fast-check';

import { applyEdits, type Edit } from './edit.ts';
import { leavesOf } from '../leaves.ts';
import { parseText } from './parse.ts';
import { pointerSteps } from './pointer.ts';
import type { JsonValue } from './value.ts';

describe('applyEdits', () => {
  it.each<[string, string, Edit[], string]>([
    ['a missing member', '{"a":1}', [{ pointer: '/b', replacement: 'x' }], '/b: no such place to edit'],
    ['a missing element', '["a"]', [{ pointer: '/1', replacement: 'x' }], '/1: no such place to edit'],
    [
      'an index that is no index',
      '["a"]',
      [{ pointer: '/00', replacement: 'x' }],
      '/00: no such place to edit',
    ],
    [
      'a way through a string',
      '["a"]',
      [{ pointer: '/0/b', replacement: 'x' }],
      '/0/b: no such place to edit',
    ],
    ['true', '{"a":true}', [{ pointer: '/a', replacement: 'x' }], '/a: no text to edit here'],
    ['an object', '{"a":{}}', [{ pointer: '/a', replacement: 'x' }], '/a: no text to edit here'],
    [
      'the inside of a number',
      '{"a":1}',
      [{ pointer: '/a#/b', replacement: 'x' }],
      '/a: no text to edit here',
    ],
    ['a missing key', '{"a":1}', [{ pointer: '/~3b', replacement: 'x' }], '/~3b: no such place to edit'],
    ['a key of an array', '["a"]', [{ pointer: '/~30', replacement: 'x' }], '/~30: no such place to edit'],
    ['a key without text', '{"a":1}', [{ pointer: '/~3a', replacement: null }], '/~3a: a key needs text'],
    [
      'two opinions',
      '["a"]',
      [
        { pointer: '/0', replacement: 'x' },
        { pointer: '/0', replacement: 'y' },
      ],
      '/0: edited twice',
    ],
    [
      'a string and its inside',
      '{"a":"[\\"b\\"]"}',
      [
        { pointer: '/a', replacement: 'x' },
        { pointer: '/a#/0', replacement: 'y' },
      ],
      '/a: edited twice',
    ],
  ])('refuses %s', (_name, text, edits, message) => {
    expect(() => applyEdits(text, edits)).toThrow(message);
  });

  it.each<[string, string, Edit[], string]>([
    ['nothing', ' {"a" : 1e0}\n', [], ' {"a" : 1e0}\n'],
    [
      'a member',
      ' { "a" : "b" , "c":1.0 }',
      [{ pointer: '/a', replacement: 'x"\n' }],
      ' { "a" : "x\\"\\n" , "c":1.0 }',
    ],
    ['a number', '{"a":-12e3 ,"b":1}', [{ pointer: '/a', replacement: 'x' }], '{"a":"x" ,"b":1}'],
    ['the document', ' "a" ', [{ pointer: '', replacement: 'x' }], ' "x" '],
    [
      'neighbours',
      '["\\u0061","\\/","c"]',
      [
        { pointer: '/0', replacement: 'x' },
        { pointer: '/2', replacement: '' },
      ],
      '["x","\\/",""]',
    ],
    [
      'an escaped key',
      '{"a/b~#":{"":"v"}}',
      [{ pointer: '/a~1b~0~2/', replacement: 'x' }],
      '{"a/b~#":{"":"x"}}',
    ],
    [
      'a key written with escapes',
      '{"\\u0061":"v"}',
      [{ pointer: '/a', replacement: 'x' }],
      '{"\\u0061":"x"}',
    ],
    ['a value away', '{"a":[{"b":"}"}],"c":2}', [{ pointer: '/a', replacement: null }], '{"a":null,"c":2}'],
    [
      'what was inside is gone',
      '{"a":["b"]}',
      [
        { pointer: '/a', replacement: null },
        { pointer: '/a/0', replacement: 'x' },
      ],
      '{"a":null}',
    ],
    [
      'inside of a string',
      '{"a":"{ \\"b\\": \\"c\\" }"}',
      [{ pointer: '/a#/b', replacement: '"' }],
      '{"a":"{ \\"b\\": \\"\\\\\\"\\" }"}',
    ],
    ['a key', '{"a":1}', [{ pointer: '/~3a', replacement: 'x' }], '{"x":1}'],
    [
      'a key and its value',
      '{"a":"b"}',
      [
        { pointer: '/~3a', replacement: 'x' },
        { pointer: '/a', replacement: 'y' },
      ],
      '{"x":"y"}',
    ],
    [
      'keys that would be equal',
      '{"a":1,"b":2,"x":3}',
      [
        { pointer: '/~3a', replacement: 'x' },
        { pointer: '/~3b', replacement: 'x' },
      ],
      '{"x 2":1,"x 3":2,"x":3}',
    ],
  ])('%s', (_name, text, edits, expected) => {
    expect(applyEdits(text, edits)).toBe(expected);
  });

  it('is parse, change, stringify, and leaves the rest as it was', () => {
    const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' });
    fc.assert(
      fc.property(
        json,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.string(),
        (value, chosen, text) => {
          const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
          const leaves = leavesOf(plain, '').filter(
            (leaf, index) => chosen[index % 40] === true && !leaf.pointer.includes('~3'),
          );
          const edits = leaves.map((leaf, index) => ({
            pointer: leaf.pointer,
            replacement: `${text}${index}`,
          }));
          const edited = applyEdits(JSON.stringify(plain, null, 1), edits);
          expect(edited).toBe(JSON.stringify(replaced(plain, edits), null, 1));
          expect(parseText(edited)).toEqual(replaced(plain, edits));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('does the same inside of a string', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        const inner = JSON.stringify(plain);
        const edits = leavesOf(plain, '')
          .filter((leaf) => !leaf.pointer.includes('~3'))
          .map((leaf, index) => ({ pointer: leaf.pointer, replacement: `"${index}` }));
        const outer = applyEdits(
          JSON.stringify({ a: [inner] }),
          edits.map((edit) => ({ ...edit, pointer: `/a/0#${edit.pointer}` })),
        );
        expect(outer).toBe(JSON.stringify({ a: [applyEdits(inner, edits)] }));
      }),
    );
  });
});

/** The law's other side: the same change, by assignment. */
function replaced(value: JsonValue, edits: readonly Edit[]): JsonValue {
  const copy = { root: structuredClone(value) } as { root: unknown };
  for (const edit of edits) {
    const steps = ['root', ...pointerSteps(edit.pointer).map((step) => step.token)];
    let at = copy as Record<string, unknown>;
    for (const token of steps.slice(0, -1)) at = at[token] as Record<string, unknown>;
    Object.defineProperty(at, steps.at(-1) ?? '', {
      value: edit.replacement,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy.root as JsonValue;
}

it('gives very many keys of one object their names in linear time', () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}`);
  const text = JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])));
  const edited = applyEdits(
    text,
    keys.map((key) => ({ pointer: `/~3${key}`, replacement: '[EMAIL]' })),
  );
  const names = Object.keys(parseText(edited) as object);
  expect(names).toHaveLength(50_000);
  expect([names[0], names[1], names.at(-1)]).toEqual(['[EMAIL]', '[EMAIL] 2', '[EMAIL] 50000']);
});
