import fc from 'fast-check';

import type { CompiledLimits } from '../../policy/compile/compiled.ts';
import { Meter, type Place } from './meter.ts';

const NONE: CompiledLimits = {
  requestBytes: 1,
  responseBytes: 1,
  outputTokens: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  concurrent: null,
  perCaller: null,
  spend: [],
  holdChars: 1,
  detectorMs: 1,
};

function entered(meter: Meter, limits: CompiledLimits, caller: string | null, nowMs: number): Place {
  const place = meter.enter(limits, caller, nowMs);
  if ('limit' in place) throw new Error(`exhausted: ${place.limit}`);
  return place;
}

/** The limit that refuses; null where none does, and the place is kept. */
function limitOf(meter: Meter, limits: CompiledLimits, caller: string | null, nowMs = 0): string | null {
  const place = meter.enter(limits, caller, nowMs);
  return 'limit' in place ? `${place.isOfCaller ? 'caller' : 'pod'} ${place.limit}` : null;
}

const RATES = { requestsPerMinute: null, tokensPerMinute: null, concurrent: null };

describe('the limits of one caller', () => {
  it.each<readonly [string, Partial<CompiledLimits['perCaller'] & object>, string]>([
    ['requests', { requestsPerMinute: 1 }, 'caller requests-per-minute'],
    ['concurrency', { concurrent: 1 }, 'caller concurrent'],
  ])('of %s leave the others theirs', (_, rates, expected) => {
    const meter = new Meter();
    const limits = { ...NONE, perCaller: { ...RATES, ...rates } };
    expect(['a', 'a', 'b', 'b', null, null].map((caller) => limitOf(meter, limits, caller))).toEqual([
      null,
      expected,
      null,
      expected,
      null,
      null,
    ]);
  });

  it('of tokens leave the others theirs', () => {
    const meter = new Meter();
    const limits = { ...NONE, perCaller: { ...RATES, tokensPerMinute: 60 } };
    entered(meter, limits, 'a', 0).leave(89);
    expect(limitOf(meter, limits, 'a')).toBe('caller tokens-per-minute');
    expect(limitOf(meter, limits, 'b')).toBeNull();
    expect(limitOf(meter, limits, 'a', 30_000)).toBeNull();
  });

  it('count nothing where the pod refuses, and the pod nothing where they do', () => {
    const meter = new Meter();
    const perCaller = { ...RATES, requestsPerMinute: 1 };
    const one = entered(meter, { ...NONE, concurrent: 1, perCaller }, 'a', 0);
    const limits = { ...NONE, concurrent: 1, perCaller };
    expect(limitOf(meter, limits, 'b')).toBe('pod concurrent');
    one.leave(0);
    expect(limitOf(meter, limits, 'a')).toBe('caller requests-per-minute');
    expect(limitOf(meter, limits, 'b')).toBeNull();
  });

  it('are shared by those that there is no room for, until others have theirs back', () => {
    const meter = new Meter();
    const limits = { ...NONE, perCaller: { ...RATES, requestsPerMinute: 1 } };
    for (let index = 0; index < 8192; index += 1) entered(meter, limits, `caller ${index}`, 0).leave(0);
    expect(limitOf(meter, limits, 'late')).toBeNull();
    expect(limitOf(meter, limits, 'later')).toBe('caller requests-per-minute');
    expect(limitOf(meter, limits, 'caller 0')).toBe('caller requests-per-minute');
    expect(limitOf(meter, limits, 'latest', 60_000)).toBeNull();
    expect(limitOf(meter, limits, 'last', 60_000)).toBeNull();
  });
});

describe('Meter', () => {
  it('refuses exchanges above the concurrency limit until a place is free', () => {
    const meter = new Meter();
    const limits = { ...NONE, concurrent: 1 };
    const place = entered(meter, limits, 'a', 0);
    expect(meter.enter(limits, 'b', 0)).toEqual({
      limit: 'concurrent',
      isOfCaller: false,
      retryAfterSeconds: 1,
    });
    place.leave(0);
    entered(meter, limits, 'b', 0);
  });

  it('refuses while the token bucket is overdrawn, with the time until it refills', () => {
    const meter = new Meter();
    const limits = { ...NONE, tokensPerMinute: 60 };
    entered(meter, limits, null, 0).leave(89);
    expect(meter.enter(limits, null, 0)).toEqual({
      limit: 'tokens-per-minute',
      isOfCaller: false,
      retryAfterSeconds: 30,
    });
    entered(meter, limits, null, 30_000);
  });

  it('never admits more requests than the allowance plus the refill', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(5000), { maxLength: 200 }),
        (perMinute, pauses) => {
          const meter = new Meter();
          let now = 0;
          let count = 0;
          for (const pause of pauses) {
            now += pause;
            if (!('limit' in meter.enter({ ...NONE, requestsPerMinute: perMinute }, 'a', now))) count += 1;
          }
          expect(count).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
        },
      ),
    );
  });
});
