import { formatPath, formatProblem, reasonOf } from './problem.ts';

describe('the text of a problem', () => {
  const problem = { source: 'a.yaml', line: 12, column: 7, path: 'egress.pi', message: 'unknown key' };
  it.each([
    ['has no place where the file is missing', { line: null, column: null, path: '' }, 'a.yaml: unknown key'],
    ['has no path where it is the document', { path: '' }, 'a.yaml:12:7: unknown key'],
    [
      'starts at column 1 where only the line is known',
      { column: null },
      'a.yaml:12:1: egress.pi: unknown key',
    ],
    ['names place and path', {}, 'a.yaml:12:7: egress.pi: unknown key'],
  ])('%s', (_name, changes, expected) => {
    expect(formatProblem({ ...problem, ...changes })).toBe(expected);
  });
});

it.each([
  [[], ''],
  [['egress', 'rules', 2, 'pattern'], 'egress.rules[2].pattern'],
  [['outbound', 'providers', 'my llm', 'url'], 'outbound.providers["my llm"].url'],
])('the path of %j is %s', (path, expected) => {
  expect(formatPath(path)).toBe(expected);
});

it.each([
  [new Error('no such file'), 'no such file'],
  [{ message: 'from another realm' }, 'from another realm'],
  [{ message: 7 }, 'unknown reason'],
  ['thrown text', 'unknown reason'],
  [null, 'unknown reason'],
])('the reason of %p is %s', (error, expected) => {
  expect(reasonOf(error)).toBe(expected);
});
