import { describe, expect, it } from '@jest/globals';

import { readMedium } from './medium-text.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function latin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64');
}

describe('readMedium', () => {
  it.each<[string, string, readonly string[], boolean]>([
    ['plain text', 'write to bob@x.example', ['write to bob@x.example'], true],
    ['a word that could be base64', 'AKIA', ['AKIA'], false],
    ['text in base64', base64('bob@x.example'), [base64('bob@x.example'), 'bob@x.example'], true],
    ['long text in base64', base64('a b '.repeat(500)), ['a b '.repeat(500)], true],
    [
      'base64 in lines',
      base64('bob@x.example').replace(/(.{8})/g, '$1\n'),
      [base64('bob@x.example').replace(/(.{8})/g, '$1\n'), 'bob@x.example'],
      true,
    ],
    [
      'base64url without padding',
      Buffer.from('ÿÿ>?').toString('base64url'),
      [Buffer.from('ÿÿ>?').toString('base64url'), 'ÿÿ>?'],
      true,
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffhi', 'utf16le').toString('base64'),
      [Buffer.from('\ufeffhi', 'utf16le').toString('base64'), 'hi'],
      true,
    ],
    ['bytes', Buffer.alloc(2000, 0x89).toString('base64'), [], false],
    ['text with a null among it', base64('a\0bcd'.repeat(600)), ['a\0bcd'.repeat(600)], false],
    ['bytes that are half nulls', base64('a\0'.repeat(600) + 'b'), [], false],
    ['long Latin-1', latin1('Größe '.repeat(300)), ['Größe '.repeat(300)], true],
    [
      'long UTF-16 without a mark',
      Buffer.from('Hello '.repeat(300), 'utf16le').toString('base64'),
      ['Hello '.repeat(300)],
      true,
    ],
    [
      'a piece that begins inside of a character',
      Buffer.from('é'.repeat(600)).subarray(1).toString('base64'),
      ['é'.repeat(599)],
      true,
    ],
    [
      'a piece that ends inside of one',
      Buffer.from('é🔥'.repeat(300)).subarray(0, -2).toString('base64'),
      [`${'é🔥'.repeat(299)}é`],
      true,
    ],
    [
      'base64 with signs among it',
      `${base64('bob@x.example is here')}!!`,
      [`${base64('bob@x.example is here')}!!`, 'bob@x.example is here'],
      true,
    ],
    [
      'a data URL of text',
      `data:text/plain;base64,${base64('hi')}`,
      [`data:text/plain;base64,${base64('hi')}`, 'hi'],
      true,
    ],
    ['an escaped data URL', 'data:,a%20b', ['data:,a%20b', 'a b'], true],
    ['a data URL with a broken escape', 'data:,a%2', ['data:,a%2'], true],
    [
      'a data URL of bytes',
      `data:image/png;base64,${Buffer.alloc(2000, 0x89).toString('base64')}`,
      [],
      false,
    ],
    ['nothing', '', [''], true],
  ])('%s', (_name, value, texts, readable) => {
    const reading = readMedium(value);
    expect(reading.texts.map(({ text }) => text).filter((text) => text !== '')).toEqual(
      texts.filter((text) => text !== ''),
    );
    expect(reading.readable).toBe(readable);
  });
});
