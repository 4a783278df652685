import { jest } from '@jest/globals';
import fc from 'fast-check';

import { Places } from './places.ts';

function contains(pointers: readonly string[], pointer: string): boolean {
  return new Places(pointers).contain({ pointer });
}

describe('places of a body', () => {
  it.each([
    ['a place beside it', ['/a/1'], '/a/10'],
    ['a place above it', ['/a/1/b'], '/a/1'],
    ['a place with another key', ['/a/1'], '/a/1~2b'],
    ['no place', [], '/a'],
  ])('do not contain %s', (_name, pointers, pointer) => {
    expect(contains(pointers, pointer)).toBe(false);
  });

  it.each([
    ['themselves', ['/b', '/a/1'], '/a/1'],
    ['what is below', ['/a/1'], '/a/1/b/c'],
    ['what is in the JSON of a string', ['/a/1'], '/a/1#/b'],
    ['all, where one is the body', [''], '/a'],
  ])('contain %s', (_name, pointers, pointer) => {
    expect(contains(pointers, pointer)).toBe(true);
  });

  it('contain what begins with one of them at a border', () => {
    const pointers = fc.stringMatching(/^([/#][ab]?){0,4}$/);
    fc.assert(
      fc.property(fc.array(pointers), pointers, (places, pointer) => {
        const expected = places.some(
          (place) => pointer.startsWith(place) && /^(?:$|[/#])/.test(pointer.slice(place.length)),
        );
        expect(contains(places, pointer)).toBe(expected);
      }),
    );
  });

  it('are looked up as often as a pointer is deep, however many there are', () => {
    const places = new Places(Array.from({ length: 10_000 }, (_, index) => `/messages/${index}/content`));
    const looked = jest.spyOn(Set.prototype, 'has');
    expect(places.contain({ pointer: '/messages/20000/content/0/text' })).toBe(false);
    expect(looked).toHaveBeenCalledTimes(6);
    looked.mockRestore();
  });
});
