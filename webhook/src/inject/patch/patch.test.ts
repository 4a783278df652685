import fc from 'fast-check';

import { applyPatch, PatchConflict } from './apply-patch.ts';
import { jsonPatch } from './patch.ts';

const named = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer({ max: 3, min: 0 }) });
const document = fc.record({
  'a/b~c': fc.jsonValue(),
  names: fc.uniqueArray(named, { selector: ({ name }) => name }),
  words: fc.array(fc.constantFrom('x', 'y', 'z')),
  deep: fc.dictionary(fc.constantFrom('k', 'l', '~1'), fc.array(fc.jsonValue(), { maxLength: 4 })),
});
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('applyPatch', () => {
  it.each([
    ['another value', { a: 1 }, { op: 'test', path: '/a', value: 2 }],
    ['a missing value', { a: 1 }, { op: 'test', path: '/b', value: 2 }],
    ['a missing parent', { a: 1 }, { op: 'add', path: '/b/c', value: 2 }],
    ['a scalar parent', { a: 1 }, { op: 'add', path: '/a/c', value: 2 }],
    ['an index out of range', { a: [] }, { op: 'add', path: '/a/1', value: 2 }],
    ['nothing to remove', { a: [] }, { op: 'remove', path: '/a/0' }],
    ['an inherited key', {}, { op: 'remove', path: '/constructor' }],
    ['the root', {}, { op: 'replace', path: '', value: 1 }],
  ] as const)('refuses %s', (_name, from, operation) => {
    expect(() => applyPatch(from, [operation])).toThrow(PatchConflict);
  });
});

describe('jsonPatch', () => {
  it('turns any document into any other', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        const [a, b] = [normal(from), normal(to)];
        expect(applyPatch(a, jsonPatch(a, b))).toEqual(b);
        expect(jsonPatch(a, a)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('tests the values that it removes: fails on a changed document', () => {
    const patch = jsonPatch({ a: 1, list: [{ name: 'x' }] }, { a: 2, list: [{ name: 'y' }, { name: 'x' }] });
    expect(() => applyPatch({ a: 3, list: [{ name: 'x' }] }, patch)).toThrow(PatchConflict);
    expect(() => applyPatch({ a: 1, list: [{ name: 'z' }] }, patch)).toThrow(PatchConflict);
  });

  it('edits an item of a list without touching its neighbours', () => {
    const from = { containers: [{ name: 'a' }, { name: 'b', args: ['1', '2', '3'] }] };
    const to = { containers: [{ name: 'a' }, { name: 'b', args: ['1', '3', '4'] }] };
    expect(jsonPatch(from, to)).toEqual([
      { op: 'test', path: '/containers/1/name', value: 'b' },
      { op: 'test', path: '/containers/1/args/1', value: '2' },
      { op: 'remove', path: '/containers/1/args/1' },
      { op: 'add', path: '/containers/1/args/2', value: '4' },
    ]);
  });
});
