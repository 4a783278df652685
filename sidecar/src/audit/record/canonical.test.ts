import fc from 'fast-check';

import { canonicalize, CanonicalError, parseCanonical, quote, wellFormed, type Json } from './canonical.ts';

/** What a line may hold: integers, well-formed strings, no `__proto__` (an object literal cannot hold it as a member). */
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
  ),
})).value;

describe('canonicalize', () => {
  it.each([
    ['a fraction', 0.5],
    ['an integer beyond 2^53', 2 ** 53],
    ['not a number', Number.NaN],
    ['a lone high surrogate', '\ud800'],
    ['a lone low surrogate in a key', { '\udc00x': 1 }],
    ['a half of two', 'a\udc00\ud800b'],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalize(value)).toThrow(CanonicalError);
  });

  it('refuses nesting without an end', () => {
    let value: Json = [];
    for (let depth = 0; depth < 40; depth += 1) value = [value];
    expect(() => canonicalize(value)).toThrow('nested deeper');
  });

  // RFC 8785 §3.2.3, figure: the order of keys is by UTF-16 code units, not by code points.
  it('sorts keys as the RFC does', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\u{1f600}': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      ö: 'Latin Small Letter O With Diaeresis',
    };
    const order = ['\r', '1', '\u0080', 'ö', '\u20ac', '\u{1f600}', '\ufb33'];
    expect(Object.keys(JSON.parse(canonicalize(value)) as object)).toEqual([
      '1',
      ...order.filter((key) => key !== '1'),
    ]);
    expect(canonicalize(value)).toBe(
      `{${order.map((key) => `${JSON.stringify(key)}:"${value[key as keyof typeof value]}"`).join(',')}}`,
    );
  });

  // RFC 8785 §3.2.2.2.
  it('escapes as the RFC does', () => {
    expect(quote('\u20ac$\u000f\nA\'B"\\"/\u007f')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\u007f"');
  });

  it('keeps the value, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalize(value);
        expect(parseCanonical(text)).toEqual(value === 0 ? 0 : JSON.parse(text));
        expect(canonicalize(JSON.parse(text) as Json)).toBe(text);
      }),
    );
  });
});

describe('parseCanonical', () => {
  it.each([
    ['nothing', ''],
    ['a space', '{"a": 1}'],
    ['a space at the end', '{"a":1} '],
    ['a carriage return at the end', '{"a":1}\r'],
    ['keys out of order', '{"b":1,"a":2}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['an escape that need not be', '{"a":"\\u0041"}'],
    ['a capital in an escape', '{"a":"\\u000F"}'],
    ['another spelling of a number', '{"a":1e2}'],
    ['minus zero', '-0'],
    ['a fraction', '1.5'],
    ['half a value', '{"a":'],
  ])('does not take %s', (_name, text) => {
    expect(parseCanonical(text)).toBeNull();
  });
});

describe('wellFormed', () => {
  it('replaces lone surrogates alone', () => {
    expect(wellFormed('a\ud800b\u{1f600}\udc00')).toBe('a\ufffdb\u{1f600}\ufffd');
  });
});
