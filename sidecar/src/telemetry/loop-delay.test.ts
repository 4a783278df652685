import { jest } from '@jest/globals';
import { Registry } from 'prom-client';

import { LoopDelay } from './loop-delay.ts';

async function lag(registry: Registry, what: string): Promise<number> {
  const text = await registry.metrics();
  return Number(new RegExp(`^nodejs_eventloop_lag_${what}_seconds (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('LoopDelay', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('samples nothing without exchanges, and says 0', async () => {
    const registry = new Registry();
    new LoopDelay(registry, () => 0);
    expect(jest.getTimerCount()).toBe(0);
    for (const what of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
      expect(await lag(registry, what)).toBe(0);
  });

  it('samples while an exchange is open, and no longer than a second after it', async () => {
    const registry = new Registry();
    let open = 1;
    const delay = new LoopDelay(registry, () => open);
    delay.used();
    jest.advanceTimersByTime(60_000);
    expect(jest.getTimerCount()).toBe(1);
    expect(await lag(registry, 'p50')).toBeCloseTo(0.01, 3);
    open = 0;
    jest.advanceTimersByTime(900);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(200);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes no pause for a delay, and each reading begins anew', async () => {
    const registry = new Registry();
    const delay = new LoopDelay(registry, () => 0);
    for (let pause = 0; pause < 3; pause += 1) {
      delay.used();
      jest.advanceTimersByTime(3_600_000);
    }
    expect(await lag(registry, 'max')).toBeCloseTo(0.01, 3);
    expect(await lag(registry, 'max')).toBe(0);
  });
});
