import { inTurns, TURN_MS } from './turns.ts';

/** `count` slices of so many milliseconds. */
function* slices(count: number, takes: (ms: number) => void, ms: number): Generator<undefined, void> {
  for (let done = 0; done < count; done++) {
    takes(ms);
    yield;
  }
}

describe('between turns the event loop goes on', () => {
  it.each([
    ['no work', 0, 1, 0],
    ['work of one turn', 4, TURN_MS / 5, 0],
    ['work of two turns', 9, TURN_MS / 5, 1],
    ['slices that are turns of their own', 4, TURN_MS + 1, 4],
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
