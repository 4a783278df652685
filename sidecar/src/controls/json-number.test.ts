import { quoteNumbers } from './json-number.ts';

const CARD = '4111111111111111';

/** The text with its card numbers replaced; `N` stands for one. */
function redacted(pattern: string): string {
  const text = pattern.replaceAll('N', CARD);
  const spans = [...text.matchAll(new RegExp(CARD, 'g'))].map(({ index }) => ({
    start: index,
    end: index + CARD.length,
    replacement: '[CARD]',
  }));
  let [out, at] = ['', 0];
  for (const { start, end, replacement } of quoteNumbers(text, spans)) {
    out += text.slice(at, start) + replacement;
    at = end;
  }
  return out + text.slice(at);
}

describe('a number that is redacted', () => {
  it.each([
    ['in prose', 'Pay N now.'],
    ['in prose with brackets behind it', 'Pay N (see [1]).'],
    ['behind a bracket within a line', 'Pay {"n": N}'],
    ['in a string', '{"s": "N"}'],
    ['in a string, behind a colon', '{"s": "pay:N"}'],
    ['in a string, behind an escaped quote', '{"s": "a \\":N"}'],
    ['in a string, behind an escaped backslash and an escaped quote', '{"s": "a \\\\\\":N"}'],
    ['behind a value that closed on this line', '{"a": 1} N'],
    ['in brackets behind a value that closed on this line', '{"a": 1}[N]'],
    ['in brackets that hold no JSON', '{!:N}'],
    ['in brackets that stopped to hold JSON', '[1, what, N]'],
    ['where JSON wants a colon', '{"a" N}'],
    ['behind another value', '[1 N]'],
  ])('%s stays as it is replaced', (_name, pattern) => {
    expect(redacted(pattern)).toBe(pattern.replaceAll('N', '[CARD]'));
  });

  it.each([
    ['a member', '{"n": N}'],
    ['a member without a space', '{"n":N}'],
    ['the first element', '[N]'],
    ['another element', '[1, N]'],
    ['each of several', '[N, N, {"n": N}]'],
    ['behind a string', '["a", N]'],
    ['behind a string that ends with an escaped backslash', '["a\\\\", N]'],
    ['behind a string with brackets', '["]}", N]'],
    ['behind literals', '[true, false, null, -1.5e+3, 2E-1, N]'],
    ['behind values that closed', '{"a": {"b": [1]}, "n": N}'],
    ['on a line of its own', '{"a":\r\n\t1,\n"n":\n N\n}'],
    ['in JSON behind lines of prose', 'See:\nthis\n{"n": N}'],
    ['in JSON that is indented', ' \t\r{"n": N}'],
    ['in JSON behind JSON', '{"a": 1}\n{"n": N}'],
    ['in JSON behind what was none', '[1, what]\n[N]'],
    ['in a fence', '```json\n{"n": N}\n```'],
  ])('%s of JSON becomes a string', (_name, pattern) => {
    expect(redacted(pattern)).toBe(pattern.replaceAll('N', '"[CARD]"'));
  });

  it.each([
    ['digits behind it', '[N.25e+3, 1]', '["[CARD]", 1]'],
    ['a sign before it', '{"a": -N}', '{"a": "[CARD]"}'],
    ['digits before it', '[12N, 1]', '["[CARD]", 1]'],
    ['a second finding in it', '[N1N]', '["[CARD]"]'],
    ['all of it in a string of JSON', '{"a": "{\\"n\\": N}"}', '{"a": "{\\"n\\": \\"[CARD]\\"}"}'],
    ['all of it in a string of a string', '["[\\"[N]\\"]"]', '["[\\"[\\\\\\"[CARD]\\\\\\"]\\"]"]'],
  ])('takes %s along', (_name, pattern, expected) => {
    expect(redacted(pattern)).toBe(expected);
    if (pattern.includes('\\')) expect(() => JSON.parse(expected) as unknown).not.toThrow();
  });

  it('is part of a string where an escape stands before it', () => {
    expect(redacted('{"a": "[\\u00e9, N"}')).toBe('{"a": "[\\u00e9, [CARD]"}');
  });
});
