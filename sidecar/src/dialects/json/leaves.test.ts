import { leavesOf } from './leaves.ts';
import { parseText } from './syntax/parse.ts';

describe('leavesOf', () => {
  it.each([
    ['"a"', [{ pointer: '', text: 'a' }]],
    ['{}', []],
    [
      '{"a":[4111111111111111,-12345678,1234567,0.5,1e400]}',
      [
        { pointer: '/~3a', text: 'a' },
        { pointer: '/a/0', text: '4111111111111111' },
        { pointer: '/a/1', text: '-12345678' },
      ],
    ],
  ])('of %j', (text, leaves) => {
    expect(leavesOf(parseText(text), '')).toEqual(leaves);
  });
});
