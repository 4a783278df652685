import { inTurns } from './turns.ts';

/** `count` slices of so many milliseconds. */
function* slices(count: number, takes: (ms: number) => void, ms: number): Generator<undefined, void> {
  for (let done = 0; done < count; done++) {
    takes(ms);
    yield;
  }
}

describe('between turns of 5 ms the event loop goes on', () => {
  it.each([
    ['no work', 0, 1, 0],
    ['work of one turn', 4, 1, 0],
    ['work of two turns', 9, 1, 1],
    ['slices that are turns of their own', 4, 6, 4],
  ])('%s', async (_, count, ms, expected) => {
    let at = 0;
    let turns = 0;
    const others = setInterval(() => undefined, 1000);
    const count1 = (): void => {
      turns += 1;
      next = setImmediate(count1);
    };
    let next = setImmediate(count1);
    await inTurns(
      slices(count, (taken) => void (at += taken), ms),
      () => at,
    );
    clearImmediate(next);
    clearInterval(others);
    expect(turns).toBe(expected);
  });
});

it('rejects with the error of a slice', async () => {
  const failing = slices(
    1,
    () => {
      throw new Error('out of order');
    },
    1,
  );
  await expect(inTurns(failing, () => 0)).rejects.toThrow('out of order');
});
