import { until } from './until.ts';

const LIMIT_MS = 50;

it.each<[string, () => unknown, string]>([
  ['a state that does not hold', () => [1, 'two'], "[ 1, 'two' ]"],
  [
    'a read that throws',
    () => {
      throw new Error('no such file');
    },
    'no such file',
  ],
  ['a read that does not end', () => new Promise(() => undefined), 'none was read'],
  ['a long state, by its end', () => `${'x'.repeat(9_000)}end`, 'xend'],
])('says what was awaited, and the last state: %s', async (_name, read, state) => {
  const waiting = until('the seal', read, () => false, LIMIT_MS);
  await expect(waiting).rejects.toThrow('not within 0.05 s: the seal; last state: ');
  await expect(waiting).rejects.toThrow(state);
});

it('returns the state that holds, whatever came before', async () => {
  let reads = 0;
  const read = (): number => {
    reads += 1;
    if (reads === 1) throw new Error('not yet');
    return reads;
  };
  expect(await until('three reads', read, (count) => count === 3)).toBe(3);
  expect(await until('something', () => (reads += 1) > 5)).toBe(true);
});
