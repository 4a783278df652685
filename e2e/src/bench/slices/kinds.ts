import { prose } from '../prose.ts';

/** A kind of text that some part of the detectors finds dear. */
export interface Kind {
  readonly name: string;
  readonly text: string;
}

/** The default of `limits.requestBytes`: as large as a request may be. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What JSON around the text takes, about. */
const AROUND_BYTES = 1_024;

const PARAGRAPH = prose(3, 900);
const ROW = `<tr class="row"><td><a href="/items/7?sort=asc&amp;page=2">Item&nbsp;7</a></td><td><b>12</b>,50&nbsp;&euro;</td><td><img src="/i/7.png" alt="An item" width="40"></td></tr>\n`;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');

/** The same in every run. */
function noise(alphabet: string): string {
  let state = 11;
  return Array.from({ length: 65_536 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return alphabet[(state >>> 8) % alphabet.length] ?? '';
  }).join('');
}

const PIECES: readonly (readonly [string, string])[] = [
  ['prose', PARAGRAPH],
  [
    'page of HTML',
    `<div class="card">\n<h2>Prices</h2>\n<p>${PARAGRAPH}</p>\n<table>\n${ROW.repeat(8)}</table>\n</div>\n`,
  ],
  ['images of Markdown', '![a](/x) '],
  ['card numbers', '4111 1111 1111 1112 '],
  ['base64', noise(BASE64)],
  ['printable noise', noise(PRINTABLE)],
  ['percent escapes', '%41'],
  ['zero-width characters', 'a\u200b'],
  ['Chinese', '报告显示所有地区的收入都有所增长。'],
  ['spaced letters', 'a b c d e '],
  ['one long address', 'https://a.example/'],
];

/** A text of each kind, whose JSON is as long as a request may be. */
export function kinds(only: string): readonly Kind[] {
  return PIECES.filter(([name]) => name.includes(only)).map(([name, piece]) => {
    const bytes = Buffer.byteLength(JSON.stringify(piece)) - 2;
    return { name, text: piece.repeat(Math.floor((MOST_BYTES - AROUND_BYTES) / bytes)) };
  });
}
