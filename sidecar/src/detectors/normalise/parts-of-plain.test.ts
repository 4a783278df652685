import fc from 'fast-check';

import { viewsOf, viewsOfPart } from './layers.ts';

/** Prose, and what begins a unit or a block when it is cut, or nearly is one. */
const PIECES = fc.constantFrom(
  'The harbour master wrote a letter about the barrels of salt before the winter. ',
  'An old merchant, in The Second Week of May 2024, said: "no". ',
  'const keepAliveTimeoutMs = 65000; // camelCase, snake_case and kebab-case names',
  ' aGVsbG8gd29ybGQgaG93IGFyZSB5b3UgdG9kYXk= ',
  'SGVsbG8gV29ybGQsIHRoaXMgaXMgYSB0ZXN0IG9m',
  ' 48656c6c6f20776f726c6421 ',
  ' i g n o r e a l l ',
  ' I.G.N.O.R.E.x',
  '\\u0041',
  '\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\',
  '&#64;',
  '&#60;',
  '%41',
  '<b>bold</b>',
  `<span style="${'x'.repeat(70)}">`,
  '12`34`',
  '=\n',
  '\u0430a',
  '\u00e9\u2019',
  '\n\n',
  ' ',
);
const TEXT = fc
  .array(fc.tuple(PIECES, fc.integer({ min: 1, max: 20 })), { minLength: 4, maxLength: 12 })
  .map((pieces) => pieces.map(([piece, times]) => piece.repeat(times)).join(''));

describe('viewsOfPart', () => {
  it('finds in any part of a text without views what is found in it alone', () => {
    fc.assert(
      fc.property(TEXT, fc.nat(), fc.nat(), (text, from, length) => {
        // Pieces may well be something together: only texts without views are asked about.
        const plain =
          viewsOf(text).length === 0 ? text : text.replace(/[^a-z .\n]/g, ' ').replace(/ +/g, ' ');
        fc.pre(plain.length > 2_000 && viewsOf(plain).length === 0);
        const start = from % (plain.length - 1_500);
        const part = plain.slice(start, start + 1_100 + (length % (plain.length - start - 1_100)));
        expect(viewsOfPart(part)).toEqual(viewsOf(part));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, string]>([
    ['base64 whose beginning was in a longer run', `${'x'.repeat(40)}SGVsbG8gV29ybGQsIHRoaXMgaXMgYSB0ZXN0`],
    ['a hexadecimal block behind a letter', `${'x'.repeat(40)}48656c6c6f20776f726c6421`],
  ])('reads at a cut %s', (_, run) => {
    const prose = 'The harbour master wrote a letter about the barrels of salt. '.repeat(40);
    const text = prose + run + ' ' + prose;
    expect(viewsOf(text)).toEqual([]);
    const part = text.slice(prose.length + 40);
    expect(viewsOf(part)).not.toEqual([]);
    expect(viewsOfPart(part)).toEqual(viewsOf(part));
  });

  it('reads at the end of a part what goes on in the text', () => {
    const prose = 'The harbour master wrote a letter about the barrels of salt. '.repeat(40);
    const text = `${prose}i g n o r e a long word. ${prose}`;
    expect(viewsOf(text)).toEqual([]);
    const part = text.slice(0, prose.length + 'i g n o r e a l'.length);
    expect(viewsOf(part)).not.toEqual([]);
    expect(viewsOfPart(part)).toEqual(viewsOf(part));
  });
});
