import fc from 'fast-check';

import { Turns } from './turns.ts';

function all<T>(turns: Turns<T>): T[] {
  const found: T[] = [];
  for (let item = turns.next(); item !== null; item = turns.next()) found.push(item);
  return found;
}

describe('Turns', () => {
  it('has nothing where nothing waits', () => {
    const turns = new Turns<string>();
    turns.add('a', '1');
    expect([turns.delete('a', '2'), turns.delete('b', '1'), turns.delete('a', '1')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(turns.next()).toBeNull();
  });

  it('goes round, in each namespace in the order of arrival', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) turns.add(item.charAt(0), item);
    expect(all(turns)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    for (const item of ['a4', 'd1', 'b3']) turns.add(item.charAt(0), item);
    expect(all(turns)).toEqual(['d1', 'b3', 'a4']);
  });

  it('gives no namespace two turns while another one waits for its first', () => {
    const arrivals = fc.array(fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, (steps) => {
        const turns = new Turns<{ readonly of: number }>();
        const waiting = new Map<number, number>();
        /** Of each namespace, who had a turn since it began to wait. */
        const passed = new Map<number, Set<number>>();
        const take = (): void => {
          const item = turns.next();
          if (item === null) return;
          for (const [of, others] of passed) {
            if (of === item.of) continue;
            expect(others.has(item.of)).toBe(false);
            others.add(item.of);
          }
          const left = (waiting.get(item.of) ?? 0) - 1;
          waiting.set(item.of, left);
          if (left === 0) passed.delete(item.of);
          else passed.set(item.of, new Set());
        };
        for (const of of steps) {
          if (of === null) take();
          else {
            turns.add(String(of), { of });
            waiting.set(of, (waiting.get(of) ?? 0) + 1);
            if (!passed.has(of)) passed.set(of, new Set());
          }
        }
        for (let left = steps.length; left > 0; left -= 1) take();
      }),
    );
  });
});
