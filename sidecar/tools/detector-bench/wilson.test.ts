import { wilson } from './wilson.ts';

it.each([
  [0, 0, ''],
  [0, 10, '0.0 (0.0–27.8)'],
  [10, 10, '100.0 (72.2–100.0)'],
  [50, 100, '50.0 (40.4–59.6)'],
])('%d of %d', (found, all, expected) => {
  expect(wilson(found, all)).toBe(expected);
});
