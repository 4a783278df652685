import { POINTS } from '../../src/detectors/injection/model.ts';
import { rankOf } from '../../src/detectors/injection/tails.ts';
import { logitTail, signTail, thresholdOf } from './calibrate.ts';

describe('logitTail', () => {
  it('ranks by the share of texts', () => {
    const tail = logitTail(Array.from({ length: 10_000 }, (_, at) => at));
    expect(tail).toHaveLength(POINTS);
    for (const share of [0.5, 0.1, 0.01])
      expect(Math.abs(rankOf(tail, 10_000 * (1 - share)) + Math.log(share))).toBeLessThan(0.2);
  });

  it('counts a value that many texts have by all of them', () => {
    const tail = logitTail([
      ...Array.from({ length: 900 }, () => 0),
      ...Array.from({ length: 100 }, () => 1),
    ]);
    expect(rankOf(tail, 0)).toBe(0);
    expect(rankOf(tail, 1)).toBeGreaterThan(2);
  });
});

describe('signTail', () => {
  it('is 0 without signs, and rises evenly through what one text of a hundred exceeds', () => {
    const tail = signTail(Array.from({ length: 1000 }, (_, at) => (at < 30 ? (30 - at) / 30 : 0)));
    expect(rankOf(tail, 0)).toBe(0);
    expect(rankOf(tail, 20 / 30)).toBeCloseTo(-Math.log(0.01), 5);
    expect(rankOf(tail, 10 / 30)).toBeCloseTo(-Math.log(0.01) / 2, 5);
  });
});

describe('thresholdOf', () => {
  const texts = (source: string, ranks: readonly number[]): { source: string; rank: number }[] =>
    ranks.map((rank) => ({ source, rank }));
  const calm = texts(
    'calm',
    Array.from({ length: 1000 }, () => 1),
  );
  const loud = Array.from({ length: 100 }, (_, at) => (at < 5 ? 9 : 1));

  it.each([
    ['the share of all texts', calm, 1],
    ['a source of its own', [...calm, ...texts('loud', loud)], 9],
    ['no source that quotes attacks', [...calm, ...texts('security_docs', loud)], 1],
    ['no small source', [...calm, ...texts('few', loud.slice(0, 5))], 1],
  ])('follows %s', (_, honest, threshold) => expect(thresholdOf(honest, 0.05, 0.01)).toBe(threshold));
});
