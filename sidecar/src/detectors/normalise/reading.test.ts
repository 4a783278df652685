import fc from 'fast-check';
import {
  beforeUnit,
  behindUnit,
  forgetUnits,
  NOTHING_READ,
  originalEnd,
  originalStart,
  readingAt,
  readOn,
  readWhole,
} from './reading.ts';

it.each([
  ['nothing to read', 'plain, 50 % & more <b>'],
  ['an escape that is cut', 'a\\u00'],
  ['a path', 'C:\\Users\\maria'],
  ['markup that is shown', '&#60;img&#62;'],
  ['half of a pair', 'a\ud83d'],
  ['percent of a control character', '%0a%ff'],
])('leaves %s as it is', (_, text) => expect(readWhole(text)).toBeNull());

it.each([
  ['a line break', 'to:\\njoe', 'to:\njoe'],
  ['a nested quotation mark', 'say \\\\\\"hi', 'say "hi'],
  ['a code point', 'joe\\u0040x', 'joe@x'],
  ['a pair of code units', '\\ud83d\\ude00', '😀'],
  ['a byte', '\\x41', 'A'],
  ['an entity', 'a&#64;b&#x40;c', 'a@b@c'],
  ['percent', 'a%40b', 'a@b'],
  ['what is not seen', '4\u200b1\ufe0f1', '411'],
  ['spaces and dashes of typography', '1\u202f2\u20113', '1 2-3'],
  ['full width', '４１＠Ａ．', '41@A.'],
])('reads %s', (_, text, expected) => expect(readWhole(text)?.text).toBe(expected));

const PIECES = fc.constantFrom(
  ...[
    '\\',
    '\\\\',
    'n',
    'u0041',
    'u00',
    'x4',
    '41',
    '"',
    '&#',
    '64',
    ';',
    '%',
    '4',
    '0',
    'a',
    ' ',
    '\u200b',
    '\u2011',
    '🔥',
    '７',
  ],
);
const TEXT = fc.array(PIECES, { maxLength: 40 }).map((pieces) => pieces.join(''));

it('reads a running text as the whole, wherever it is cut', () => {
  fc.assert(
    fc.property(TEXT, fc.array(fc.nat(40), { maxLength: 8 }), (text, cuts) => {
      let reading = NOTHING_READ;
      let read = '';
      let at = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        const next = readOn(reading, text.slice(at, cut));
        read += next.text;
        reading = next.reading;
        at = Math.max(at, Math.min(cut, text.length));
      }
      const end = readOn(reading, text.slice(at), true);
      const whole = readOn(NOTHING_READ, text, true);
      expect(read + end.text).toBe(whole.text);
      expect(end.reading).toEqual(whole.reading);
    }),
  );
});

it('leads back to the original, with and without the units that are gone', () => {
  fc.assert(
    fc.property(TEXT, fc.nat(60), (text, gone) => {
      const { text: read, reading } = readOn(NOTHING_READ, text, true);
      for (let at = 0; at < read.length; at++) {
        const [start, end] = [originalStart(reading, at), originalEnd(reading, at + 1)];
        expect(start).toBeLessThan(end);
        expect(beforeUnit(reading, start)).toBe(start);
        expect(behindUnit(reading, end)).toBe(end);
        expect(readingAt(reading, start)).toBe(at);
        expect(readOn(NOTHING_READ, text.slice(start, end), true).text).toBe(read.slice(at, at + 1));
        const later = forgetUnits(reading, gone);
        if (start > gone)
          expect([originalStart(later, at), originalEnd(later, at + 1)]).toEqual([start, end]);
      }
    }),
  );
});
