import { End } from './end.ts';

describe('an end', () => {
  it('is told once to those who wait, and to nobody who left', () => {
    const end = new End();
    const told: string[] = [];
    end.onEnd(() => told.push('first'));
    const leave = end.onEnd(() => told.push('second'));
    end.onEnd(() => told.push('third'));
    leave();
    expect(end.hasCome).toBe(false);
    end.come();
    end.come();
    leave();
    expect(end.hasCome).toBe(true);
    expect(told).toEqual(['first', 'third']);
  });

  it('is told to all that waited, whoever leaves meanwhile', () => {
    const end = new End();
    const told: number[] = [];
    const leaving = [0, 1, 2].map((number) =>
      end.onEnd(() => {
        told.push(number);
        leaving[number]?.();
      }),
    );
    end.come();
    expect(told).toEqual([0, 1, 2]);
  });

  it('is not told to those who come late', () => {
    const end = new End();
    end.come();
    const told: string[] = [];
    end.onEnd(() => told.push('late'));
    end.come();
    expect(told).toEqual([]);
  });
});
