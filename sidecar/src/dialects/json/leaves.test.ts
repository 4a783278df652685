import { argumentLeaves, argumentLeavesAt } from './leaves.ts';

describe('argumentLeavesAt', () => {
  it.each([
    ['half an object', '{"a":', '/x: arguments: not valid JSON'],
    ['a key twice', '{"a":1,"a":2}', '/x: arguments: a key occurs twice in one object'],
    ['an array', '[]', '/x: arguments: must be a JSON object'],
    ['null', 'null', '/x: arguments: must be a JSON object'],
    ['blanks', ' ', '/x: arguments: not valid JSON'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => argumentLeavesAt('/x', text)).toThrow(message);
  });

  it('gives keys and strings with pointers into the string', () => {
    expect(argumentLeavesAt('/x', '{"a/b":["c",{"":"d","e":""}],"n":1}')).toEqual([
      { pointer: '/x#/~3a~1b', text: 'a/b' },
      { pointer: '/x#/a~1b/0', text: 'c' },
      { pointer: '/x#/a~1b/1/', text: 'd' },
      { pointer: '/x#/a~1b/1/~3e', text: 'e' },
      { pointer: '/x#/~3n', text: 'n' },
    ]);
  });
});

describe('argumentLeaves', () => {
  it.each([
    ['', []],
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
    expect(argumentLeaves(text)).toEqual(leaves);
  });
});
