import fc from 'fast-check';

import { runs } from '../../detectors/testing/runs.ts';
import { WindowCounters } from './window-counters.ts';

const HOUR = 3_600_000;

describe('counters of windows', () => {
  it('have no room beyond their bound, until one counts nothing', () => {
    const counters = new WindowCounters(1);
    expect(counters.add('a', HOUR, 1, 0)).not.toBeNull();
    expect(counters.add('b', HOUR, 1, 0)).toBeNull();
    expect(counters.read('b', HOUR, 0)).toBeNull();
    expect(counters.read('b', HOUR, 2 * HOUR)).toBe(0);
  });

  it('say how long an infinite amount counts', () => {
    const counters = new WindowCounters(1);
    counters.add('a', HOUR, Infinity, 0);
    counters.add('a', HOUR, 5, HOUR / 2);
    expect(counters.waitMs('a', HOUR, 10, HOUR / 2)).toBe(HOUR / 2 + HOUR / 60);
    expect(counters.read('a', HOUR, HOUR + HOUR / 60)).toBe(5);
  });

  it('say when there is room again: then there is, and one part of the window before there was none', () => {
    const amounts = fc.array(
      fc.record({ amount: fc.integer({ min: 1, max: 50 }), at: fc.integer({ min: 0, max: HOUR }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 100 }), (made, limit) => {
        const counters = new WindowCounters(1);
        const ordered = [...made].sort((a, b) => a.at - b.at);
        for (const { amount, at } of ordered) counters.add('a', HOUR, amount, at);
        const now = ordered.at(-1)?.at ?? 0;
        const total = counters.read('a', HOUR, now) ?? 0;
        fc.pre(total >= limit);
        const wait = counters.waitMs('a', HOUR, limit, now);
        expect(counters.read('a', HOUR, now + wait - 1)).toBeGreaterThanOrEqual(limit);
        expect(counters.read('a', HOUR, now + wait + 1)).toBeLessThan(limit);
      }),
      { numRuns: runs(200) },
    );
  });
});
