import { UsageError } from './flags.ts';
import { programWord } from './program.ts';

const PROGRAM = {
  name: 'guard',
  version: () => '1.2.3',
  commands: ['policy', 'posture'],
  elsewhere: new Map([['audit', 'guard-audit']]),
};

describe('programWord', () => {
  it.each<[argv: readonly string[], message: string]>([
    [['polcy', 'check'], '"polcy": unknown command; did you mean policy? expected one of policy, posture'],
    [['xyz'], '"xyz": unknown command; expected one of policy, posture, or flags (--help explains)'],
    [['help', 'polcy'], '"polcy": unknown command; did you mean policy?'],
    [['audit', 'verify'], 'audit is a program of its own: guard-audit (--help explains)'],
    [['help', 'audit'], 'audit is a program of its own: guard-audit'],
    [[''], '"": unknown command; expected one of'],
  ])('refuses %j', (argv, message) => {
    const read = (): unknown => programWord(PROGRAM, argv);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });

  it.each(['--version', 'version'])('tells the version for %s', (word) => {
    expect(programWord(PROGRAM, [word])).toEqual({ kind: 'version', text: 'guard 1.2.3\n' });
  });

  it.each<[argv: readonly string[], run: readonly string[]]>([
    [[], []],
    [['help'], ['--help']],
    [
      ['help', 'policy', 'check'],
      ['policy', 'check', '--help'],
    ],
    [
      ['--admin', 'x'],
      ['--admin', 'x'],
    ],
    [
      ['policy', 'version'],
      ['policy', 'version'],
    ],
  ])('runs %j as %j', (argv, run) => {
    expect(programWord(PROGRAM, argv)).toEqual({ kind: 'run', argv: run });
  });
});
