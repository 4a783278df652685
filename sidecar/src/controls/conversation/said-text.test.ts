import { describe, expect, it, jest } from '@jest/globals';

import { PassageWindow } from './passages.ts';
import type { Print } from './print-memory.ts';
import { SaidText } from './said-text.ts';

const KEY = { words: 1, high: 2, low: 3 };
const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');

function idsOf(pieces: readonly string[]): readonly number[] {
  const said = new SaidText(new PassageWindow(KEY));
  const found: Print[] = pieces.flatMap((piece) => [...said.push(piece)]);
  return [...found, ...said.end()].map(({ low }) => low);
}

describe('SaidText', () => {
  it('looks at the last 256 characters alone for a word that may go on', () => {
    const looked = jest.spyOn(RegExp.prototype, 'test');
    try {
      new SaidText(new PassageWindow(KEY))
        .push(`${'a'.repeat(1_000_000)} done ${'b'.repeat(1_000_000)}`)
        .next();
      expect(looked.mock.calls.length).toBeLessThan(300);
    } finally {
      looked.mockRestore();
    }
  });

  it.each([1, 3, 7, 50])('finds the same passages in pieces of %i characters', (length) => {
    const pieces = WORDS.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
    expect(new Set(idsOf(pieces))).toEqual(new Set(idsOf([WORDS])));
  });
});
