import type { ExchangeRow } from '@llm-boundary/webhook/console/api-decisions';

import { minuteOf, sortedDecisions, type DecisionColumn } from './decisions.ts';

const NOW = new Date(2026, 10, 30, 14, 30, 5).getTime();

describe('a minute', () => {
  it.each(['', '14', '24:00', '14:60', '1:02', '14:02 ', 'noon'])('is not %j', (text) => {
    expect(minuteOf(text, NOW)).toBeNull();
  });

  it.each([
    ['14:02', new Date(2026, 10, 30, 14, 2)],
    ['14:02:30', new Date(2026, 10, 30, 14, 2)],
    ['14:30', new Date(2026, 10, 30, 14, 30)],
    ['14:31', new Date(2026, 10, 29, 14, 31)],
    ['00:00', new Date(2026, 10, 30)],
  ])('%j is the last one before now', (text, begin) => {
    const fromMs = begin.getTime();
    expect(minuteOf(text, NOW)).toEqual({ fromMs, toMs: fromMs + 59_999 });
  });
});

describe('decisions', () => {
  const row = (id: string, more: Partial<ExchangeRow>): ExchangeRow =>
    ({ id, startMs: 0, verdict: 'allow', boundaryMs: null, restMs: null, ...more }) as ExchangeRow;
  const rows = [
    row('a', { startMs: 3, verdict: 'allow', boundaryMs: 1, restMs: 5 }),
    row('b', { startMs: 2, verdict: 'block', boundaryMs: 0 }),
    row('c', { startMs: 1, verdict: 'redact', boundaryMs: 2, restMs: 9 }),
  ];

  it.each<[DecisionColumn, boolean, string]>([
    ['time', false, 'abc'],
    ['time', true, 'cba'],
    ['verdict', false, 'bca'],
    ['verdict', true, 'acb'],
    ['boundary', false, 'cab'],
    ['model', false, 'cab'],
  ])('by %s, reversed: %s', (column, isReversed, ids) => {
    expect(
      sortedDecisions(rows, column, isReversed)
        .map(({ id }) => id)
        .join(''),
    ).toBe(ids);
  });
});
