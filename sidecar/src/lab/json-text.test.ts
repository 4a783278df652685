import fc from 'fast-check';

import { JsonFault, jsonValues, offsetIn, positionAt } from './json-text.ts';

function faultOf(text: string, maxDepth = 9): readonly [number, number, string] {
  try {
    jsonValues(text, maxDepth);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { line, column } = positionAt(text, error.offset);
    return [line, column, error.message];
  }
  throw new Error('it is JSON');
}

describe('a text that is no JSON', () => {
  it.each<[string, number, number, RegExp]>([
    ['x', 1, 1, /a value/],
    ['{"a": 1,\n "b" 2}', 2, 6, /":"/],
    ['{"a": 1,\n}', 2, 1, /a key in quotation marks/],
    ['{"a": 1\n "b": 2}', 2, 2, /"," or "}"/],
    ['[1,\n]', 2, 1, /a value/],
    ['[1 2]', 1, 4, /"," or "]"/],
    ['["a\n"]', 1, 4, /the rest of a string/],
    ['"\\x"', 1, 2, /the rest of a string/],
    ['{"a": tru}', 1, 7, /a value/],
    ['[[[1]]]', 1, 3, /nested too deeply; expected at most 2 levels/],
    ['{"a": [1,', 1, 10, /a value, and the text ends/],
    ["{'a': 1}", 1, 2, /a key/],
    ['[-]', 1, 2, /a value/],
    ['[false-1]', 1, 7, /"," or "]"/],
  ])('%j', (text, line, column, message) => {
    expect(faultOf(text, text.startsWith('[[[') ? 2 : 9)).toEqual([
      line,
      column,
      expect.stringMatching(message) as string,
    ]);
  });
});

describe('values of a text', () => {
  it.each<[string, readonly unknown[]]>([
    ['', []],
    [' \n\t', []],
    ['{"a":1}\n\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ['{\n  "a": 1\n}\n{\n  "b": [\n]}', [{ a: 1 }, { b: [] }]],
  ])('%j', (text, values) => {
    expect(
      jsonValues(text, 9).map(({ start, end }) => JSON.parse(text.slice(start, end)) as unknown),
    ).toEqual(values);
  });

  it('are those that JSON.parse reads, whatever the value', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (text, indent) => {
        const written = JSON.stringify(JSON.parse(text), null, indent);
        expect(jsonValues(written, Infinity)).toEqual([{ start: 0, end: written.length }]);
      }),
    );
  });

  it('are refused where JSON.parse refuses, wherever a character is changed', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom(...'{}[],:"\\ 0-x'.split('')),
        (text, at, char) => {
          const index = at % text.length;
          const changed = text.slice(0, index) + char + text.slice(index + 1);
          let isOne = true;
          try {
            JSON.parse(changed);
          } catch {
            isOne = false;
          }
          let spans: number;
          try {
            spans = jsonValues(changed, Infinity).length;
          } catch {
            spans = 0;
          }
          expect(spans === 1).toBe(isOne);
        },
      ),
    );
  });
});

describe('the place of a path', () => {
  const text = '{"a": [1, {"b": 2}],\n "c": {}}';
  it.each<[readonly (string | number)[], 'key' | 'value', string]>([
    [[], 'value', '{"a"'],
    [['a'], 'key', '"a"'],
    [['a'], 'value', '[1,'],
    [['a', 1, 'b'], 'key', '"b"'],
    [['a', 1, 'b'], 'value', '2}'],
    [['a', 7], 'value', '[1,'],
    [['c', 'x', 'y'], 'value', '{}}'],
    [['z'], 'value', '{"a"'],
  ])('%j, its %s', (wanted, at, begins) => {
    expect(text.slice(offsetIn(text, { start: 0, wanted, at }))).toMatch(
      new RegExp(`^${begins.replace(/[[\]{}]/g, '\\$&')}`),
    );
  });
});
