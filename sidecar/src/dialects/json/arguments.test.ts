import { readArguments } from './arguments.ts';

describe('readArguments', () => {
  it.each([
    ['a key twice', '{"a":1,"a":2}', '/x: arguments: a key occurs twice in one object'],
    ['half of a character', '{"a":"\\ud83d"}', '/x: arguments: half of a surrogate pair in a string'],
    ['a document that is too deep', `${'['.repeat(70)}${']'.repeat(70)}`, '/x: arguments: nested deeper'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => readArguments(text, '/x#')).toThrow(message);
  });

  it.each<[string, string, readonly string[]]>([
    ['cut short', '{"a":"b', ['{"a":"b']],
    ['cut inside of an escape', '{"a":"b\\', ['{"a":"b\\']],
    ['no JSON', 'city=Paris', ['city=Paris']],
    ['two documents', '{}{"a":1}', ['{}{"a":1}']],
    [
      'cut short, with escapes',
      '{"a":"\\u0061nna\\u0040x\\n\\/\\"\\ud83d\\ude00',
      ['{"a":"\\u0061nna\\u0040x\\n\\/\\"\\ud83d\\ude00', '{"a":"anna@x\n/"😀'],
    ],
  ])('takes arguments for a text: %s', (_name, text, readings) => {
    expect(readArguments(text)).toEqual({ kind: 'text', readings });
  });

  it('gives keys and strings with pointers into the string', () => {
    expect(readArguments('{"a/b":["c",{"":"d","e":""}],"n":1}', '/x#')).toEqual({
      kind: 'json',
      leaves: [
        { pointer: '/x#/~3a~1b', text: 'a/b' },
        { pointer: '/x#/a~1b/0', text: 'c' },
        { pointer: '/x#/a~1b/1/', text: 'd' },
        { pointer: '/x#/a~1b/1/~3e', text: 'e' },
        { pointer: '/x#/~3n', text: 'n' },
      ],
    });
  });

  it.each(['', ' \n', 'null', '7'])('finds nothing to judge in %j', (text) => {
    expect(readArguments(text)).toEqual({ kind: 'json', leaves: [] });
  });
});
