import { jest } from '@jest/globals';

import { Floor } from './floor.ts';

describe('Floor', () => {
  it('tells each change once', async () => {
    const answers: (number | null)[] = [200, 90, 80, null, 100];
    const told: boolean[] = [];
    const floor = new Floor(
      100,
      () => {
        const free = answers.shift() ?? null;
        return free === null ? Promise.reject(new Error('no such folder')) : Promise.resolve(free);
      },
      (low) => told.push(low),
    );
    const lows: boolean[] = [];
    for (let times = answers.length; times > 0; times--) {
      await floor.check();
      lows.push(floor.low);
    }
    expect(lows).toEqual([false, true, true, true, false]);
    expect(told).toEqual([true, false]);
  });

  it('sees within a second that there is room again, without being asked', async () => {
    jest.useFakeTimers();
    let free = 0;
    const told: boolean[] = [];
    const floor = new Floor(
      100,
      () => Promise.resolve(free),
      (low) => told.push(low),
    );
    await floor.check();
    free = 1_000;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([true, false]);
    floor.stop();
    jest.useRealTimers();
  });
});
