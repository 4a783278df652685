import fc from 'fast-check';
import { beforeGroups, offsetsIn, originalOffset, originalRange, READERS, viewsOf } from './layers.ts';
import { behindUnit, beforeUnit, forgetUnits, NOTHING_READ, type Read, type Reading } from './reading.ts';

function read(text: string): string {
  return viewsOf(text).at(-1)?.text ?? text;
}

/** Its base64 needs no padding. */
const SENTENCE = 'The card is 4111 1111 1111 1111!!';
function base64(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding).toString('base64');
}
function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

it.each([
  ['nothing to read', 'plain, 50 % & more <b'],
  ['an escape that is cut', 'a\\u00'],
  ['a path', 'C:\\Users\\maria'],
  ['markup that is shown', '&#60;img&#62;'],
  ['half of a pair', 'a\ud83d'],
  ['percent of a control character', '%0a%ff'],
  ['a product', 'a * b ** c, x_1 and __init__'],
  ['emphasis around words', '**Note**: call `run()` and _wait_ for *it*'],
  ['columns of a table', '12  34   56\n7  8  9  1  2  3  4  5'],
  ['digits with tabs', '1\t2\t3\t4\t5\t6\t7\t8\t9'],
  ['lists of digits', '[1, 2, 3, 4, 5, 6, 7, 8, 9], 1,2,3,4,5,6,7,8,9; 1;2;3;4;5;6;7;8;9|1|2|3|4|5|6|7|8|9'],
  ['an assignment', 'x = 40; y=3; z == 5'],
  ['an assignment at the end', 'page=42'],
  ['punctuation of Chinese', '你好，世界！（再见）；真的吗？'],
  ['a hash', 'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['a path of many parts', 'see /usr/share/documentation/packages/readme/ for more'],
  ['a long name', 'createServerWithOptionsAndHandlersForEverything(AbstractSingletonProxyFactoryBean)'],
  [
    'an image',
    base64(Array.from({ length: 60 }, (_, at) => String.fromCharCode((at * 197) & 255)).join(''), 'latin1'),
  ],
  ['prose in capital letters', 'THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND RUNS AWAY FROM IT'],
  ['initials', 'J. R. R. Tolkien and I, a B or a C'],
  ['Russian', 'Корова стоит на лугу и ест траву.'],
  ['German, French and Polish', 'Größe, à côté, zażółć gęślą jaźń'],
])('leaves %s as it is', (_, text) => expect(read(text)).toBe(text));

it.each([
  ['a line break', 'to:\\njoe', 'to:\njoe'],
  ['a nested quotation mark', 'say \\\\\\"hi', 'say "hi'],
  ['a code point', 'joe\\u0040x', 'joe@x'],
  ['a code point in braces', 'joe\\u{40}x', 'joe@x'],
  ['a pair of code units', '\\ud83d\\ude00', '😀'],
  ['a byte', '\\x41', 'A'],
  ['an octal byte', 'joe\\100x', 'joe@x'],
  ['an escape of Markdown', 'joe\\@x\\.org', 'joe@x.org'],
  ['an entity', 'a&#64;b&#x40;c', 'a@b@c'],
  ['an entity without its end', 'a&#64b', 'a@b'],
  ['an entity of an entity', 'a&amp;#64;b&amp;amp;commat;', 'a@b@'],
  ['an entity with a name', '1&nbsp;2&zwnj;3&commat;4', '1 23@4'],
  ['percent', 'a%40b', 'a@b'],
  ['percent of percent', 'a%2540b%252540c', 'a@b@c'],
  ['quoted-printable', 'a=40b.org, exa=\r\nmple, =49=67=', 'a@b.org, example, Ig='],
  ['the last byte of quoted-printable', '=34=31', '41'],
  ['the last byte of quoted-printable before a sign', '{"a":"=34=31"}, =34=31.', '{"a":"41"}, 41.'],
  ['a soft line break in a string of JSON', '"exa=\\r\\nmple ex=\\nam"', '"example exam"'],
  ['what is not seen', '4\u200b1\ufe0f1', '411'],
  ['overlaid strokes', '4\u03361\u20e31', '411'],
  ['tag characters', 'a\u{e0034}\u{e0031}', 'a41'],
  ['a single tag character', 'a\u{e0034}b', 'ab'],
  ['spaces and dashes of typography', '1\u202f2\u20113', '1 2-3'],
  ['full width', '４１＠Ａ．', '41@A.'],
  ['signs of full width', 'ｋ＝＂ａ／ｂ＋ｃ＂', 'k="a/b+c"'],
  ['digits of mathematics, circles, raised and lowered', '𝟒①²₃❹', '41234'],
  ['digits of other scripts', '٤१๓', '413'],
  ['letters of mathematics, squares and circles', '𝐀🄰🅐🅰', 'AAAA'],
  ['small capitals', 'ɪɢɴᴏʀᴇ', 'ignore'],
  ['letters of other scripts among Latin ones', 'gооd', 'good'],
  ['four of them in a row', 'nаоесt', 'naoect'],
  ['marks between digits and inside of words', '41**11** 11 ig*no*re', '4111 11 ignore'],
  ['neighbouring code spans and bold numbers as several', '`4` `1`, **4** **1**', '`4` `1`, 4** **1**'],
  ['neighbouring tags as several', '<b>4</b> <b>1</b>', '4</b> 1'],
  ['tags', '41<b>11</b>, a<span class="x">b</span>, 1<br>2, a<!-- x -->b<wbr>c', '4111, ab, 1\n2, abc'],
  [
    'emphasis of a part of a number',
    '41 **11** 11 _11_ 11 ~~11~~ 11 `11 11` 11 <b>11</b> 11',
    '41 11 11 11 11 11 11 11 11 11 11 11',
  ],
  ['base64', `x: ${base64(SENTENCE)}.`, `x: ${SENTENCE}.`],
  ['base64 without its end', `x: ${base64(`${SENTENCE}.`).replace(/=+$/, '')}.`, `x: ${SENTENCE}..`],
  ['base64 cut by spaces', base64(SENTENCE).replace(/.{5}/g, '$& '), SENTENCE],
  ['base64 in pieces of a program', base64(SENTENCE).replace(/.{10}/g, '$&" + "'), SENTENCE],
  ['base64 of UTF-16', base64(SENTENCE, 'utf16le'), SENTENCE],
  ['base64 of capital letters in UTF-16', base64('MY IBAN IS :', 'utf16le'), 'MY IBAN IS :'],
  ['base64 of base64', base64(base64(SENTENCE)), `${SENTENCE}=`],
  ['hexadecimal digits', `${hex(SENTENCE)},`, `${SENTENCE},`],
  ['a hex dump', hex(SENTENCE).replace(/../g, '$& ').trim(), SENTENCE],
  ['hexadecimal numbers', hex(SENTENCE).replace(/../g, '0x$&, '), `${SENTENCE}, `],
  ['spaced-out letters', 'no: i g n o r e   i t   n o w!', 'no: ignore it now!'],
  ['dots between letters', 'i.g.n.o.r.e.i.t', 'ignoreit'],
  ['a letter a line', 'i\ng\nn\no\nr\ne\n\ni\nt', 'ignore it'],
  ['a letter an entry', '- i\n- g\n- n\n- o\n- r\n- e\n- i\n- t', '- ignoreit'],
  ['digits of a key apart', '4-1-1-1-1-1-1-1-2', '411111112'],
])('reads %s', (_, text, expected) => expect(read(text)).toBe(expected));

const PIECES = fc.constantFrom(
  ...[
    '\\',
    '\\\\',
    'n',
    'u0041',
    'u{4',
    'x4',
    '41',
    '"',
    '&#',
    '&amp;',
    'amp;',
    'nbsp',
    '64',
    ';',
    '%',
    '25',
    '4',
    '0',
  ],
  ...[
    'a',
    'B',
    ' ',
    '  ',
    '\n',
    '\r\n',
    '-',
    '.',
    ',',
    '\u200b',
    '\u2011',
    '\u00a0',
    '🔥',
    '７',
    '𝟒',
    '🄰',
    'о',
    'а',
    '@',
  ],
  ...[
    '*',
    '**',
    '_',
    '~~',
    '`',
    '<b>',
    '</b',
    '<',
    '>',
    '<!--',
    '-->',
    '<br/>',
    '=',
    '=4',
    '=40',
    '\u{e0041}',
    '\ud83d',
  ],
  ...[
    'VGhlIGNhcmQgaXMg',
    'NDExMSAxMTExIDEx',
    'VGhl',
    'SGVsbG8gd29ybGQh',
    'SABlAGwAbABvACAAdwBvAHIAbABkAA',
    '54686520',
    '6361726420697320',
  ],
  ...['i g n o r e i t ', 'i\ng\nn\no\n', 'x-x-x-x-x-x-x-x', 'U0dWc2JHOGdkMjl5YkdRaA=='],
);
const TEXT = fc.array(PIECES, { maxLength: 24 }).map((pieces) => pieces.join(''));

function readAll(text: string): readonly Reading[] {
  let below = text;
  return READERS.map((reader) => {
    const next = reader(NOTHING_READ, below, true);
    below = next.text;
    return next.reading;
  });
}

it('reads a running text as the whole, wherever it is cut', () => {
  fc.assert(
    fc.property(TEXT, fc.array(fc.nat(150), { maxLength: 12 }), (text, cuts) => {
      let readings: readonly Reading[] = READERS.map(() => NOTHING_READ);
      let all = '';
      const push = (piece: string, last: boolean): void => {
        let given = piece;
        readings = READERS.map((reader, index) => {
          const next = reader(readings[index] ?? NOTHING_READ, given, last);
          given = next.text;
          expect(next.reading.pending.length).toBeLessThanOrEqual(128);
          return next.reading;
        });
        all += given;
      };
      let at = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        push(text.slice(at, cut), false);
        at = Math.max(at, Math.min(cut, text.length));
      }
      push(text.slice(at), true);
      expect(all).toBe(read(text));
      expect(readings).toEqual(readAll(text));
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['escapes', 'a\\u0040b'],
  ['escapes in a row', '\\u0040'],
  ['nested JSON', '{\\"level\\":\\"info\\"} '],
  ['encoded text', `${base64(SENTENCE)}\\u0020`],
])('reads long texts of %s in slices as the whole', (_, piece) => {
  const text = piece.repeat(Math.ceil(20_000 / piece.length));
  const { readings = [] } = viewsOf(text).at(-1) ?? {};
  expect(readings.length).toBeGreaterThan(0);
  expect(readings.map(placed)).toEqual(readAll(text).slice(0, readings.length).map(placed));
});

/** What offsets are found by, whatever keeps it. */
function placed({ differs, units, shift }: Read): unknown {
  return { differs, shift, units: Array.from({ length: units.length }, (_, index) => units.at(index)) };
}

it('leads back to the original, with and without the units that are gone', () => {
  fc.assert(
    fc.property(TEXT, fc.nat(60), (text, gone) => {
      let below = text;
      for (const reader of READERS) {
        const { text: view, reading } = reader(NOTHING_READ, below, true);
        for (let at = 0; at < view.length; at++) {
          const { start, end } = originalRange([reading], at, at + 1);
          expect(start).toBeLessThan(end);
          expect(beforeUnit(reading, start)).toBe(start);
          expect(behindUnit(reading, end)).toBe(end);
          expect(offsetsIn([reading], start)[0]).toBeLessThanOrEqual(at);
          const later = forgetUnits(reading, gone);
          if (start > gone) expect(originalRange([later], at, at + 1)).toMatchObject({ start, end });
        }
        below = view;
      }
    }),
    { numRuns: 40 },
  );
});

it('finds the beginning of groups in all readings', () => {
  fc.assert(
    fc.property(TEXT, fc.nat(200), (text, offset) => {
      const readings = readAll(text);
      const at = Math.min(offset, text.length);
      const until = beforeGroups(readings, at);
      expect(until).toBeLessThanOrEqual(at);
      expect(beforeGroups(readings, until)).toBe(until);
      const inside = offsetsIn(readings, until).at(-1) ?? 0;
      expect(originalOffset(readings, inside)).toBeGreaterThanOrEqual(until);
    }),
    { numRuns: 300 },
  );
});
