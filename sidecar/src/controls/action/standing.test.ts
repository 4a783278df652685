import fc from 'fast-check';

import { folded } from './standing.ts';

const SPACES = [' ', '\t', '\n', '\r', '\u00a0', '\u1680', '\u2003', '\u2028', '\u3000', '\ufeff'];

it('a folded text has one space for each run of spaces, of whatever kind', () => {
  const piece = fc.oneof(fc.constantFrom(...SPACES), fc.string({ unit: 'grapheme', maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const plain = text.normalize('NFKC').toUpperCase().toLowerCase();
      expect(folded(text)).toBe(plain.replace(/\s+/gu, ' ').trim());
    }),
    { numRuns: 500 },
  );
});
