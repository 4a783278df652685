import fc from 'fast-check';

import type { CompiledLimits } from '../../policy/compile/compiled.ts';
import { Meter } from './meter.ts';

const NONE: CompiledLimits = {
  requestBytes: 1,
  responseBytes: 1,
  outputTokens: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  concurrent: null,
  holdChars: 1,
  detectorMs: 1,
};

describe('Meter', () => {
  it('refuses exchanges above the concurrency limit until a place is free', () => {
    const meter = new Meter();
    const limits = { ...NONE, concurrent: 1 };
    expect(meter.enter(limits, 0)).toBeNull();
    expect(meter.enter(limits, 0)).toEqual({ limit: 'concurrent', retryAfterSeconds: 1 });
    meter.leave(0);
    expect(meter.enter(limits, 0)).toBeNull();
  });

  it('refuses while the token bucket is overdrawn, with the time until it refills', () => {
    const meter = new Meter();
    const limits = { ...NONE, tokensPerMinute: 60 };
    expect(meter.enter(limits, 0)).toBeNull();
    meter.leave(89);
    expect(meter.enter(limits, 0)).toEqual({ limit: 'tokens-per-minute', retryAfterSeconds: 30 });
    expect(meter.enter(limits, 30_000)).toBeNull();
  });

  it('never admits more requests than the allowance plus the refill', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(5000), { maxLength: 200 }),
        (perMinute, pauses) => {
          const meter = new Meter();
          let now = 0;
          let entered = 0;
          for (const pause of pauses) {
            now += pause;
            if (meter.enter({ ...NONE, requestsPerMinute: perMinute }, now) === null) entered += 1;
          }
          expect(entered).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
        },
      ),
    );
  });
});
