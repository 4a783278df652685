import { LEXICON_CLASSES, termsOf } from './lexicon.ts';
import { INJECTION_RULES } from './rules.ts';
import { NOTED } from './signs.ts';

describe.each(LEXICON_CLASSES.map((name) => [name]))('the class %s', (name) => {
  const terms = termsOf(name);

  it('has each term once', () => expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]));

  it('has words of letters and marks only', () => {
    for (const term of terms) expect(term).toMatch(/^@\w+$|^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} '’]*\*?$/u);
  });

  it('is used', () =>
    expect(
      INJECTION_RULES.some(({ phrase }) => phrase.split(/[ ^~!:]+/).includes(name)) ||
        NOTED.some(([noted]) => noted === name),
    ).toBe(true));
});
