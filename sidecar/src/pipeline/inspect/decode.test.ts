import { decodeUtf8, withoutMark } from './decode.ts';

const MARK = [0xef, 0xbb, 0xbf];

describe('decodeUtf8', () => {
  it.each([
    ['a byte that begins nothing', [0xff]],
    ['half a character', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeUtf8(Buffer.from(bytes))).toThrow('not valid UTF-8');
  });

  it('reads what is valid', () => {
    expect(decodeUtf8(Buffer.from('é€😀'))).toBe('é€😀');
  });
});

describe('withoutMark', () => {
  it.each<[string, number[], number[]]>([
    ['nothing of an empty body', [], []],
    ['nothing of half a mark', [0xef, 0xbb], [0xef, 0xbb]],
    ['nothing behind the beginning', [0x20, ...MARK], [0x20, ...MARK]],
    ['one mark of two', [...MARK, ...MARK], MARK],
    ['a mark', [...MARK, 0x7b, 0x7d], [0x7b, 0x7d]],
  ])('removes %s', (_name, body, rest) => {
    expect([...withoutMark(Buffer.from(body))]).toEqual(rest);
  });
});
