import fc from 'fast-check';
import { compileGlobs, globsIntersect } from './glob.ts';
import { compileHosts, intersectHosts } from './host-pattern.ts';

describe('compileGlobs', () => {
  it.each([
    [['a'], 'A', false],
    [['a'], 'a\n', false],
    [['a*'], 'ba', false],
    [['a.c'], 'abc', false],
    [[], '', false],
    [['?'], 'ab', false],
    [['?'], '😀', true],
    [['llama-3.1-*'], 'llama-3.1-70b', true],
    [['llama-3.1-*'], 'llama-3x1-70b', false],
    [['*'], '', true],
    [['a*c'], 'a\nc', true],
    [['[a]{1}|(b)\\+$^'], '[a]{1}|(b)\\+$^', true],
  ])('%j on %j is %s', (globs, name, expected) => {
    expect(compileGlobs(globs)(name)).toBe(expected);
  });
});

const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
const names = [
  '',
  ...['a', 'b'].flatMap((x) => [
    x,
    ...['a', 'b'].flatMap((y) => [
      x + y,
      ...['a', 'b'].flatMap((z) => [x + y + z, ...['a', 'b'].map((w) => x + y + z + w)]),
    ]),
  ]),
];

describe('globsIntersect', () => {
  it.each([
    ['a', 'b', false],
    ['a*', '*b', true],
    ['a?', 'a', false],
    ['*a*', 'b', false],
    ['search*', 's?arch_docs', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect([globsIntersect(a, b), globsIntersect(b, a)]).toEqual([expected, expected]);
  });

  it('is true wherever one name matches both', () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const [inA, inB] = [compileGlobs([a]), compileGlobs([b])];
        if (names.some((name) => inA(name) && inB(name))) expect(globsIntersect(a, b)).toBe(true);
        expect(globsIntersect(a, b)).toBe(globsIntersect(b, a));
      }),
      { numRuns: 300 },
    );
  });

  it('is false only where no name matches both', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 3 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        const [inA, inB] = [compileGlobs([a]), compileGlobs([b])];
        // Two globs of three symbols with a common name have one of at most four characters.
        expect(globsIntersect(a, b)).toBe(names.some((name) => inA(name) && inB(name)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('compileHosts', () => {
  it.each([
    [['example.com'], 'evil-example.com', false],
    [['example.com'], 'api.example.com', false],
    [['*.example.com'], 'example.com', false],
    [['*.example.com'], 'evilexample.com', false],
    [['example.com'], 'example.com:8443', false],
    [['example.com:8443'], 'example.com', false],
    [['*'], '', false],
    [['*'], 'x:22', false],
    [['example.com'], 'EXAMPLE.com.', true],
    [['example.com'], 'example.com:443', true],
    [['example.com:443'], 'example.com', true],
    [['*.example.com'], 'a.b.example.com:80', true],
    [['example.com:*'], 'example.com:22', true],
    [['[2001:db8::1]'], '[2001:db8::1]:443', true],
    [['[2001:db8::1]'], '2001:db8::1', true],
    [['[2001:db8::1]:8080'], '[2001:db8::1]', false],
    [['*'], 'anything.test', true],
  ])('%j on %s is %s', (patterns, host, expected) => {
    expect(compileHosts(patterns)(host)).toBe(expected);
  });

  it('intersects exactly', () => {
    const pattern = fc.constantFrom(
      'example.com',
      'api.example.com',
      '*.example.com',
      '*.api.example.com',
      '*',
      'example.com:8080',
      '*.example.com:*',
      '*:443',
      'api.example.com:443',
    );
    const list = fc.array(pattern, { maxLength: 4 });
    const host = fc.constantFrom(
      'example.com',
      'api.example.com',
      'x.api.example.com',
      'other.test',
      'example.com:8080',
      'api.example.com:443',
      'api.example.com:9',
      'other.test:443',
    );
    fc.assert(
      fc.property(list, list, list, host, (a, b, c, name) => {
        const both = [a, b, c].every((each) => compileHosts(each)(name));
        expect(compileHosts(intersectHosts([a, b, c]))(name)).toBe(both);
      }),
      { numRuns: 2000 },
    );
  });
});
