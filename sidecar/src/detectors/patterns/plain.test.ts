import fc from 'fast-check';
import RE2 from 're2';

import { PII_RULES } from '../pii/index.ts';
import { SECRET_RULES } from '../secrets/index.ts';
import { runs } from '../testing/runs.ts';
import { nearMiss, pickFrom, sample } from '../testing/sample.ts';
import { createPatternDetector, parsePattern, printPattern } from './index.ts';
import { plainExpression } from './plain.ts';

describe('patterns with too many ways, or another meaning in JavaScript, have no plain form', () => {
  it.each([
    ['[a-z]{1,63}(?:[a-z]{1,63}[.]?){1,6}z', 'nested repetitions'],
    ['(?:a|b|ab)+c', 'no limit'],
    ['a{0,99}b{0,99}c', 'products of counts'],
    ['\\p{Greek}a', 'classes by name'],
    ['[[:alpha:]]a', 'classes by POSIX names'],
    ['(?i:[é-ü])x', 'case of letters beyond ASCII'],
    ['(?i:[a-f])x', 'case of classes'],
    ['(?m:^)a', 'lines'],
    ['\\Sa', 'white space, of which JavaScript has more'],
  ])('%s: %s', (source) => {
    expect(plainExpression(parsePattern(source))).toBeNull();
  });
});

const NODES = [...PII_RULES, ...SECRET_RULES].flatMap(({ source }) => {
  const node = parsePattern(source);
  const plain = plainExpression(node);
  return plain === null ? [] : [{ node, plain }];
});

function found(pattern: RE2 | RegExp, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => `${match.index} ${match.join(' ')}`);
}

it('the plain form of every built-in pattern that has one finds what RE2 finds', () => {
  expect(NODES.length).toBeGreaterThan(100);
  const texts = fc.tuple(fc.nat(NODES.length - 1), fc.nat(), fc.constantFrom(' ', '', '\n', 'K', 'é', '🔥'));
  let matches = 0;
  fc.assert(
    fc.property(texts, ([index, seed, glue]) => {
      const { node, plain } = NODES[index] ?? { node: parsePattern('a'), plain: /a/gu };
      const pick = pickFrom(seed);
      const pieces = Array.from({ length: 6 }, () =>
        pick(2) === 0 ? sample(node, pick) : nearMiss(node, pick),
      );
      const text = pieces.join(glue);
      const exact = found(new RE2(printPattern(node, true), 'gu'), text);
      expect(found(plain, text)).toEqual(exact);
      matches += exact.length;
    }),
    { numRuns: runs(400) },
  );
  expect(matches).toBeGreaterThan(200);
});

describe('after many matches of one pattern the rest of the text is searched by the plain form', () => {
  it.each([
    ['all of them findings', '(\\d{4})\\b', undefined, 40],
    ['one in ten a finding', '(\\d{4})\\b', (match: string): boolean => match.endsWith('7'), 4],
    ['none', '(\\d{4})\\b', (): boolean => false, 0],
  ])('%s', (_, source, validate, count) => {
    const text = Array.from({ length: 40 }, (_number, at) => `é${1000 + at}`).join(' ');
    const spec = { id: 'n', source, score: 1, group: 1, ...(validate === undefined ? {} : { validate }) };
    const findings = createPatternDetector('n', [spec]).scan(text);
    expect(findings).toHaveLength(count);
    for (const { start, end } of findings) expect(text.slice(start, end)).toMatch(/^\d{4}$/);
  });
});
