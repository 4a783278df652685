import { parsePattern, printPattern } from './index.ts';
import { neededParts } from './needed.ts';

describe('the parts that every match of a pattern has', () => {
  it.each([
    ['a+', false, ['(?:a)+'], 'all of it'],
    ['a{9,12}b', false, ['(?:a){8,}b'], 'counts are relaxed'],
    ['id[^\\n]{0,24}?\\d{4}', false, ['id', '(?:\\d){4}'], 'cut at a long gap'],
    ['id.*\\d', false, ['id', '\\d'], 'cut at a gap without limit'],
    ['id[^\\n]{0,4}\\d', false, ['id(?:[^\\n]){0,4}\\d'], 'a short gap stays'],
    ['id[a-z ]{0,24}\\d', false, ['id(?:[a-z ])*\\d'], 'a gap of few characters ends by itself'],
    ['(?:.{0,9}|:\\n)x', false, ['x'], 'one of several gaps is long'],
    ['.{0,99}', false, ['(?:.)*'], 'nothing but a gap'],
    [
      'version \\d|(\\d\\.\\d)',
      true,
      ['(?:\\d\\x{2e}\\d)'],
      'an alternative without the group is no finding',
    ],
    ['version \\d|(\\d\\.\\d)', false, ['(?:version \\d|(?:\\d\\x{2e}\\d))'], 'without a group it is'],
  ])('%s, %s: %s: %s', (source, grouped, parts, _reason) => {
    expect(neededParts(parsePattern(source), grouped).map((node) => printPattern(node))).toEqual(parts);
  });
});
