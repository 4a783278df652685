import fc from 'fast-check';
import { rankOf, type Tail } from './tails.ts';

const TAIL: Tail = [
  [-2, 0],
  [0, 1],
  [1, 3],
  // As files pad it.
  [1, 3],
];

describe('rankOf', () => {
  it.each([
    ['no tail', [], 5, 0],
    ['no words', TAIL, -Infinity, 0],
    ['what all texts reach', TAIL, -3, 0],
    ['a point', TAIL, 0, 1],
    ['between two points', TAIL, 0.5, 2],
    ['the last point', TAIL, 1, 3],
    ['behind it, as steeply', TAIL, 2, 5],
    ['far behind it, bounded', TAIL, 1e9, 12],
    ['beside a single point', [[0, 0]], 3, 0],
  ] as const)('of %s', (_, tail, value, rank) => expect(rankOf(tail, value)).toBeCloseTo(rank, 9));

  it('never falls', () => {
    const point = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 8 }),
        fc.double({ min: -60, max: 60, noNaN: true }),
        (points, value) => {
          const values = points.map(([at]) => at).sort((a, b) => a - b);
          const ranks = points.map(([, rank]) => rank).sort((a, b) => a - b);
          const tail = values.map((at, index): readonly [number, number] => [at, ranks[index] ?? 0]);
          expect(rankOf(tail, value + 1)).toBeGreaterThanOrEqual(rankOf(tail, value) - 1e-9);
        },
      ),
    );
  });
});
