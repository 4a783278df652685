import { Places } from './places.ts';

const LIMITS = { most: 3, mostOfCaller: 2, mostWaiting: 2 };

describe('Places', () => {
  let started: string[];
  let places: Places;
  const enter = (caller: string, name = caller): boolean => places.enter(caller, () => started.push(name));

  beforeEach(() => {
    started = [];
    places = new Places(LIMITS);
  });

  it('keeps room for others where one caller has its share', () => {
    expect([enter('a', 'a1'), enter('a', 'a2'), enter('a', 'a3'), enter('b')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(started).toEqual(['a1', 'a2', 'b']);
    places.leave('b');
    expect(started).toEqual(['a1', 'a2', 'b']);
    places.leave('a');
    expect(started).toEqual(['a1', 'a2', 'b', 'a3']);
  });

  it('refuses where too many wait', () => {
    for (const name of ['a', 'a', 'b', 'c', 'd']) expect(enter(name)).toBe(true);
    expect(enter('e')).toBe(false);
    expect(started).toEqual(['a', 'a', 'b']);
  });

  it('is idle only when nothing is under way', () => {
    expect(places.idle).toBe(true);
    enter('a');
    expect(places.idle).toBe(false);
    places.leave('a');
    expect(places.idle).toBe(true);
  });
});
