import { refuseTooMuch } from './room.ts';

describe('limit of held text', () => {
  it.each([
    [65_537, 0, 2 ** 20, 'more than 65536 characters of text', '(no policy allows more of running text)'],
    [1_001, 0, 1_000, 'more than 1000 characters of text', '(limits.holdChars)'],
    [1, 1_000, 1_000, 'more than 1000 characters of text and arguments of tool calls', '(limits.holdChars)'],
  ])('of text %i, of calls %i, below %i: %s %s', (texts, calls, holdChars, what, wayOut) => {
    expect(() => refuseTooMuch(texts, calls, holdChars)).toThrow(
      `${what} would have to be held back ${wayOut}`,
    );
  });

  it('is not exceeded at the bound itself', () => {
    expect(() => refuseTooMuch(65_536, 2 ** 20 - 65_536, 2 ** 20)).not.toThrow();
  });
});
