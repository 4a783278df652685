import fc from 'fast-check';
import { linesOf, stepsOf } from './line-steps.ts';

function same(line: string): string {
  return line.trim();
}

describe('line steps', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['nothing and nothing', '', '', []],
    ['nothing and a line', '', 'a\n', ['+a']],
    ['a line and nothing', 'a\n', '', ['-a']],
    ['the same, without its last line feed', 'a\nb', 'a\nb\n', [' a', ' b']],
    ['a line in the middle', 'a\nc\n', 'a\nb\nc\n', [' a', '+b', ' c']],
    ['a line replaced', 'a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['lines of one key: the first text stays', '  a\nb\n', 'a\nb\n', ['   a', ' b']],
  ])('from %s', (_name, before, after, expected) => {
    const steps = stepsOf(linesOf(before), linesOf(after), same);
    expect(steps.map(({ mark, text }) => `${mark}${text}`)).toEqual(expected);
  });

  it('lead from any text to any other', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const steps = stepsOf(before, after, (line) => line);
        expect(steps.flatMap(({ mark, text }) => (mark === '+' ? [] : [text]))).toEqual(before);
        expect(steps.flatMap(({ mark, text }) => (mark === '-' ? [] : [text]))).toEqual(after);
      }),
    );
  });
});
