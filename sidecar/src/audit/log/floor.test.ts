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
});
