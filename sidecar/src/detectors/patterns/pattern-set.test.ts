import fc from 'fast-check';
import RE2 from 're2';
import { assertHoldInvariant } from '../testing/hold-invariant.ts';
import {
  PatternError,
  compilePatterns,
  createPatternDetector,
  parsePattern,
  printPattern,
  relax,
} from './index.ts';
import { runs } from '../testing/runs.ts';
import { patternSize } from './size.ts';

const ATOMS = [
  'a',
  'b',
  '\\.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\s',
  '.',
  '\\b',
  '\\B',
  '^',
  '$',
  '(?m:^)',
  '(?m:$)',
  '😀',
  'é',
  '\\p{Greek}',
  '[é-😀]',
  '(?i:K)',
  '-',
  '\\x{41}',
  '(?s:.)',
];
const GROUP_COUNTS = ['', '', '', '*', '+', '?', '{2}', '{1,3}', '*?', '+?', '{1,2}?'];
const COUNTS = [...GROUP_COUNTS, '{2,}', '{9,12}'];

/** Random patterns in the supported syntax that match at least one character. */
const patternArbitrary: fc.Arbitrary<string> = fc
  .letrec<{ alternatives: string; items: string; item: string }>((tie) => ({
    alternatives: fc.array(tie('items'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
    items: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    item: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...COUNTS)).map(([atom, count]) => atom + count),
      fc
        .tuple(
          fc.constantFrom('(?:', '(', '(?i:', '(?s:', '(?P<n>', '(?m:', '(?U:'),
          tie('alternatives'),
          fc.constantFrom(...GROUP_COUNTS),
        )
        .map(([open, inner, count]) => `${open}${inner})${count}`),
    ),
  }))
  .alternatives.filter((source) => source.split('(?P<n>').length < 3 && compiles(source));

const textArbitrary = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'A',
      '.',
      ' ',
      '\n',
      '1',
      'é',
      '😀',
      'k',
      'K',
      '\u212a',
      'α',
      '-',
      '_',
      '\ud83d',
      '\ude00',
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

function compiles(source: string): boolean {
  try {
    compilePatterns([{ id: 'r', source, score: 1 }]);
    return true;
  } catch {
    return false;
  }
}

function matchesOf(source: string, text: string): readonly string[] {
  return [...text.matchAll(new RE2(source, 'gu'))].map((match) => `${match.index}:${match[0]}`);
}

describe('patterns', () => {
  it('prints an equivalent pattern', () => {
    fc.assert(
      fc.property(patternArbitrary, textArbitrary, (source, text) => {
        expect(matchesOf(printPattern(parsePattern(source)), text)).toEqual(matchesOf(source, text));
      }),
      { numRuns: runs(80) },
    );
  });

  it('finds the same with a set as with each pattern alone', () => {
    fc.assert(
      fc.property(patternArbitrary, textArbitrary, (source, raw) => {
        const text = Buffer.from(raw).toString();
        const found = compilePatterns([{ id: 'r', source, score: 1 }]).scan(text);
        expect(found.map(({ start, end }) => `${start}:${text.slice(start, end)}`)).toEqual(
          matchesOf(source, text),
        );
      }),
      { numRuns: runs(80) },
    );
  });

  it('relaxes to a superset', () => {
    fc.assert(
      fc.property(patternArbitrary, textArbitrary, (source, text) => {
        const relaxed = new RE2(printPattern(relax(parsePattern(source))), 'u');
        if (new RE2(source, 'u').test(text)) expect(relaxed.test(text)).toBe(true);
      }),
      { numRuns: runs(80) },
    );
  });

  it('holds every prefix of a match from its beginning', () => {
    fc.assert(
      fc.property(patternArbitrary, textArbitrary, (source, text) => {
        const set = compilePatterns([{ id: 'r', source, score: 1 }]);
        for (const { start, end } of set.scan(text)) {
          for (let cut = start; cut < end; cut++)
            expect(set.hold(text.slice(0, cut))).toBeLessThanOrEqual(start);
        }
      }),
      { numRuns: runs(80) },
    );
  });

  it('keeps the law of hold for any patterns and texts', () => {
    fc.assert(
      fc.property(
        fc.array(patternArbitrary, { minLength: 1, maxLength: 3 }),
        textArbitrary,
        (sources, text) => {
          assertHoldInvariant(
            compilePatterns(sources.map((source, at) => ({ id: `r${at}`, source, score: 1 }))),
            text,
          );
        },
      ),
      { numRuns: runs(80) },
    );
  });

  it('keeps the law of hold where matches are validated and groups are findings', () => {
    const set = compilePatterns([
      {
        id: 'odd',
        source: '[ab]{1,4}',
        score: 1,
        validate: (match) => match.length % 2 === 1 && match.startsWith('b'),
      },
      { id: 'tail', source: 'a[ .]{1,3}(b+|\\d)', score: 1, group: 1 },
    ]);
    fc.assert(
      fc.property(textArbitrary, (text) => {
        assertHoldInvariant(set, text);
      }),
      { numRuns: runs(300) },
    );
  });

  it('holds the same however much text is before', () => {
    fc.assert(
      fc.property(
        fc.array(patternArbitrary, { minLength: 1, maxLength: 3 }),
        textArbitrary,
        fc.constantFrom('~', 'ß', '中', '𐍈', '\ud800'),
        fc.integer({ min: 0, max: 300 }),
        (sources, text, unit, times) => {
          const set = compilePatterns(sources.map((source, at) => ({ id: `r${at}`, source, score: 1 })));
          const near = `~${text}`;
          const added = unit.length * times;
          expect(set.hold(unit.repeat(times) + near, added + 1)).toBe(set.hold(near, 1) + added);
        },
      ),
      { numRuns: runs(80) },
    );
  });

  it.each([
    ['a[0-9]{1000}z', 'a', 1001],
    ['é[0-9]{1000}z', 'é', 1001],
    ['a[0-9]{1000}[0-9]{200}z', 'a', 1201],
    ['a[0-9]+z', 'a', 5000],
  ])('holds the longest prefix of %s, in a longer text', (source, first, length) => {
    const set = compilePatterns([
      { id: 'r', source, score: 1 },
      { id: 'short', source: 'xy', score: 1 },
    ]);
    for (const before of ['-'.repeat(9000), '😀'.repeat(4500), `${'中'.repeat(8999)}-`]) {
      const prefix = first + '7'.repeat(length - 1);
      expect(set.hold(before + prefix)).toBe(9000);
      expect(set.hold(`${before}${prefix}`, 9001)).toBe(length + 9000);
      expect(set.hold(`${before}${prefix}-`)).toBe(length + 9001);
    }
  });

  it.each([
    ['^abc', 'xabc', 1, 4],
    ['^abc', 'abc', 0, 0],
    ['^abc', '\ud83d\ude00abc', 2, 5],
    ['(?m:^)abc', '-\nabc', 2, 2],
    ['\\babc', '--\ud83d\ude00abc', 4, 4],
    ['\\babc', '--xabc', 3, 6],
    ['\\Babc', '--xabc', 3, 3],
    ['x?abc', '--xabc', 3, 3],
  ])(
    'sees the code point before the place from which it holds: %s in %j from %i',
    (pattern, text, from, held) => {
      expect(compilePatterns([{ id: 'r', source: pattern, score: 1 }]).hold(text, from)).toBe(held);
    },
  );

  it('holds no further back than the pattern reaches', () => {
    const detector = createPatternDetector('t', [{ id: 'r', source: '(?i)\\bpay(?:roll|day)\\b', score: 1 }]);
    expect(detector.hold('the pay')).toBe(4);
    expect(detector.hold('the payr')).toBe(4);
    expect(detector.hold('the payroll')).toBe(4);
    expect(detector.hold('the payroll ')).toBe(12);
    expect(detector.hold('the payrolls')).toBe(12);
    expect(detector.hold('repay')).toBe(5);
    expect(detector.hold('the pa y')).toBe(8);
    expect(detector.hold('')).toBe(0);
    expect(detector.hold('x\ud83d')).toBe(1);
  });
});

describe('PatternError', () => {
  it.each([
    ['(?=a)b', 'a lookaround at offset 0'],
    ['a(?!b)', 'a lookaround at offset 1'],
    ['(?<=a)b', 'a lookaround at offset 0'],
    ['(?<!a)b', 'a lookaround at offset 0'],
    ['(a)\\1', 'the backreference \\1 at offset 3'],
    ['(?P<x>a)(?P=x)', 'a named backreference at offset 8'],
    ['(?<x>a)\\k<x>', 'a named backreference at offset 7'],
    ['(?>a)', 'an atomic group at offset 0'],
    ['(?#x)', 'a comment at offset 0'],
    ['(a', 'a group that is not closed at offset 0'],
    ['a)', 'a ) that closes nothing at offset 1'],
    ['[a', 'a character class that is not closed at offset 0'],
    ['*a', '* with nothing to repeat at offset 0'],
    ['a**', 'a repeated repetition at offset 2'],
    ['a{2,1}', 'a count whose end is before its beginning at offset 1'],
    ['a{1001}', 'a count that is too large at offset 1'],
    ['a\\', 'a backslash ends the pattern at offset 1'],
    ['\\Z', 'the escape \\Z at offset 0'],
    ['\\y', 'the escape \\y at offset 0'],
    ['\\x{D800}', 'a number that is no code point at offset 0'],
    ['(?x)a', 'the flag x at offset 0'],
    ['a*', 'a pattern that matches the empty text at offset 0'],
    ['\\p{Nonsense}', 'a pattern that RE2 refuses'],
    ['(?:a{900}){900}', 'a pattern that RE2 refuses'],
    [`${'('.repeat(101)}a${')'.repeat(101)}`, 'groups nested too deep'],
  ])('%s', (source, message) => {
    expect(() => compilePatterns([{ id: 'r', source, score: 1 }])).toThrow(PatternError);
    expect(() => compilePatterns([{ id: 'r', source, score: 1 }])).toThrow(message);
  });
});

describe('patternSize', () => {
  it.each([
    ['a pattern that is not valid, which compiling it says', '(x', 0],
    ['letters', 'abc', 6],
    ['a count', '[a-z0-9]{900}', 1800],
    ['counts within counts', '(?:(?:ab){10}c){20}', 860],
    ['a count without an end', 'x{10,}', 11],
    ['a category of Unicode', '\\pL', 642],
    ['a category inside of a class', '[_\\p{Lu}]', 302],
    ['a script', '\\p{Greek}', 62],
    ['a class of members beyond ASCII', '[À-ÖØ-öø-ÿĀ-ž]', 4],
  ])('knows %s', (_, source, size) => {
    expect(patternSize(source)).toBe(size);
  });

  it('counts the prefixes of each level of nested groups', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a{100}${'b)'.repeat(depth)}`;
    expect(patternSize(nested(50))).toBeGreaterThan(10 * patternSize(nested(1)));
  });
});
