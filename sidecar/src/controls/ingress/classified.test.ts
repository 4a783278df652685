import fc from 'fast-check';

import type { Finding } from '../../detectors/index.ts';
import { withScore } from './classified.ts';

const TEXT = 'abc';

function found(score: number): Finding {
  return { rule: 'injection.override', score, start: 0, end: TEXT.length };
}

function together(
  own: number | null,
  score: number,
  thresholds = { own: 0.8, byItself: 0.5 },
): Finding | null {
  return withScore(own === null ? null : found(own), score, TEXT, thresholds);
}

describe('a score beside a finding', () => {
  it.each<readonly [number | null, number, string | null, number]>([
    [null, 0, null, 0],
    [0.3, 0, 'injection.override', 0.3],
    // Its threshold is that of the sidecar.
    [null, 0.5, 'injection.classifier', 0.8],
    [null, 1, 'injection.classifier', 1],
    [0.85, 0.01, 'injection.override', 0.85],
    [0.85, 0.9, 'injection.classifier', 0.999],
    // Half of what each asks for is enough together.
    [0.56, 0.3, 'injection.classifier', 0.807],
  ])('%p and %p is %s', (own, score, rule, expected) => {
    const finding = together(own, score);
    expect(finding?.rule ?? null).toBe(rule);
    expect(finding?.score ?? 0).toBeCloseTo(expected, 2);
  });

  it('takes nothing away, counts by itself, and is a score', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const byItself = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(part, part, part, byItself, (own, score, threshold, alone) => {
        const finding = together(own, score, { own: threshold, byItself: alone });
        const combined = finding?.score ?? 0;
        expect(combined).toBeGreaterThanOrEqual(0);
        expect(combined).toBeLessThanOrEqual(1);
        expect(combined).toBeGreaterThanOrEqual(Math.min(own, threshold) - 1e-9);
        if (own >= threshold || score >= alone) expect(combined).toBeGreaterThanOrEqual(threshold);
      }),
    );
  });
});
