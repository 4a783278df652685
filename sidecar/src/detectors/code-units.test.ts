import fc from 'fast-check';

import { codeUnitsOf } from './code-units.ts';

describe('codeUnitsOf', () => {
  it.each(['', 'plain', 'é\u2019', '\ud83d\ude00', '\ud83d', '\ude00x', 'x'.repeat(70_000) + 'é'])(
    'gives the code units of text %#, halves of characters included',
    (text) => {
      const units = codeUnitsOf(text);
      expect(units.length).toBeGreaterThanOrEqual(text.length);
      expect([...units.subarray(0, text.length)]).toEqual(
        Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
      );
    },
  );

  it('gives those of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(String.fromCharCode(...codeUnitsOf(text).subarray(0, text.length))).toBe(text);
      }),
    );
  });
});
