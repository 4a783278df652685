import { counted, number } from './count.ts';
import { offsetOf } from './position.ts';
import { ago, duration, span } from './time.ts';

it.each([
  [null, '–'],
  [0, '0.00 ms'],
  [0.424, '0.42 ms'],
  [12.34, '12.3 ms'],
  [318.4, '318 ms'],
  [2_414, '2.41 s'],
  [61_000, '61.0 s'],
])('the duration %p is %s', (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [61_000, '1 min'],
  [3_600_000, '1 h'],
  [47 * 3_600_000, '47 h'],
  [49 * 3_600_000, '2 d'],
])('%d ms are %s', (ms, text) => expect(span(ms)).toBe(text));

it('a clock that is ahead is now', () => expect(ago(2_000, 1_000)).toBe('0 s ago'));

it('numbers', () => {
  expect(number(12_345)).toBe('12,345');
  expect(counted(1, 'pod')).toBe('1 pod');
  expect(counted(0, 'pod')).toBe('0 pods');
});

it.each([
  [1, 1, 0],
  [2, 1, 3],
  [2, 3, 5],
  [2, 99, 6],
  [99, 1, 7],
  [0, 0, 0],
])('line %d, column %d of a text is at %d', (line, column, offset) =>
  expect(offsetOf('ab\ncde\n', line, column)).toBe(offset),
);
