import fc from 'fast-check';
import RE2 from 're2';
import { contextOf } from './holder.ts';
import { parsePattern } from './parse.ts';
import { neededParts } from './needed.ts';
import { Prefilter } from './prefilter.ts';
import { shortest } from './syntax.ts';
import { runs } from '../testing/runs.ts';

/** Heavier than one set may be: what stands before and behind it has a set of its own. */
const HEAVY = `zz|${'q'.repeat(2500)}`;

/** Each in a set of its own. */
function apart(sources: readonly string[]): Prefilter {
  return new Prefilter(
    sources
      .flatMap((source) => [source, HEAVY])
      .map((source) => {
        const node = parsePattern(source);
        return { parts: neededParts(node, false), shortest: shortest(node) };
      }),
  );
}

/** Of the patterns that are not `HEAVY`. */
function selected(prefilter: Prefilter, text: string, room?: number): readonly number[] {
  const found =
    room === undefined
      ? prefilter.candidates(Buffer.from(text))
      : prefilter.candidates(Buffer.from(text), room);
  return found.filter((index) => index % 2 === 0).map((index) => index / 2);
}

const SOURCES = [
  'a',
  'ab',
  'a{3}',
  '😀',
  '😀b',
  '\\bab\\b',
  '\\Bb',
  '^a',
  'a$',
  '(?m:^)b.*a',
  'ab?a|bbb',
  'a.{0,90}b',
  'é{10,12}',
  '(?i:K)\\d{2}',
];

describe('Prefilter', () => {
  it.each([
    ['a{3}', 'aaa', 2, []],
    ['a{3}', 'aaa', 3, [0]],
    ['😀b', '😀b', 1, []],
    ['😀b', '😀b', 2, [0]],
    ['a.{0,90}b', 'ab', 1, []],
    ['a.{0,90}b', 'ab', 2, [0]],
  ] as const)('searches for %j in %j only where a match fits into %d', (source, text, room, expected) => {
    expect(selected(apart([source]), text, room)).toEqual(expected);
  });

  it('searches in all texts for what fits without a limit', () => {
    expect(selected(apart(['a', 'b', 'ab']), 'ab')).toEqual([0, 1, 2]);
  });

  it('selects every pattern that matches from an offset, in the text from there on with its context', () => {
    const prefilter = apart(SOURCES);
    const matchers = SOURCES.map((source) => new RE2(source, 'gu'));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'é', '😀', 'k', 'K', '\n', ' ', '1', 'ééééééééé'), { maxLength: 14 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.nat(40), (whole, offset) => {
        const from = Math.min(offset, whole.length);
        // Between the halves of a pair nothing begins.
        fc.pre(/^[^\udc00-\udfff]|^$/.test(whole.slice(from)));
        const found = selected(prefilter, whole.slice(contextOf(from)), whole.length - from);
        for (const [index, matcher] of matchers.entries()) {
          matcher.lastIndex = from;
          if (matcher.test(whole)) expect(found).toContain(index);
        }
      }),
      { numRuns: runs(400) },
    );
  });
});
