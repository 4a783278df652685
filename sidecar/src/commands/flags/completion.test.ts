import { spawnSync } from 'node:child_process';

import { completionScript, type Completed } from './completion.ts';

const COMPLETED: Completed = {
  program: {
    command: 'guard-dog',
    describe: 'd',
    commands: [
      { name: 'list', describe: "Lists what there's. And more." },
      { name: 'completion', describe: 'Prints this.' },
    ],
    flags: [{ name: 'listen', env: 'L', kind: 'text', describe: 'Where to listen.' }],
  },
  commands: [
    {
      command: 'guard-dog list',
      describe: 'd',
      flags: [
        {
          name: 'output',
          short: 'o',
          env: 'O',
          kind: 'enum',
          values: ['table', 'json'],
          describe: 'Form: one.',
        },
        { name: 'all', short: 'A', env: 'A', kind: 'switch', describe: 'All.' },
      ],
    },
    {
      command: 'guard-dog completion',
      describe: 'd',
      operands: [{ name: 'SHELL', values: ['bash', 'fish'], describe: 'd' }],
      flags: [],
    },
  ],
};

/** What bash offers for the last word. */
function offered(words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `${completionScript('bash', COMPLETED)}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _guard_dog; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each<[string[], string[]]>([
    [['guard-dog', 'nothing'], []],
    [['guard-dog', 'list', '--output', 'x'], []],
    [['guard-dog', 'list', '--li'], []],
    [
      ['guard-dog', ''],
      ['list', 'completion', '--listen', '--help'],
    ],
    [['guard-dog', 'li'], ['list']],
    [
      ['guard-dog', 'list', '-'],
      ['-o', '--output', '-A', '--all', '--help'],
    ],
    [
      ['guard-dog', 'list', '--output', ''],
      ['table', 'json'],
    ],
    [['guard-dog', 'list', '-o', 'j'], ['json']],
    [['guard-dog', 'list', '-A', '--o'], ['--output']],
    [
      ['guard-dog', 'completion', ''],
      ['bash', 'fish', '--help'],
    ],
  ])('%j: %j', (words, expected) => {
    expect(offered(words)).toEqual(expected);
  });
});

it('zsh reads the same through bashcompinit', () => {
  expect(completionScript('zsh', COMPLETED)).toBe(
    `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${completionScript('bash', COMPLETED)}`,
  );
});

it('completion in fish', () => {
  expect(completionScript('fish', COMPLETED).split('\n')).toEqual([
    "complete -c guard-dog -f -n __fish_use_subcommand -a list -d 'Lists what there\\'s.'",
    "complete -c guard-dog -f -n __fish_use_subcommand -a completion -d 'Prints this.'",
    "complete -c guard-dog -n '__fish_use_subcommand' -l listen -r -d 'Where to listen.'",
    "complete -c guard-dog -n '__fish_seen_subcommand_from list' -l output -s o -x -a 'table json' -d 'Form: one.'",
    "complete -c guard-dog -n '__fish_seen_subcommand_from list' -l all -s A -d 'All.'",
    "complete -c guard-dog -f -n '__fish_seen_subcommand_from completion' -a 'bash fish'",
    '',
  ]);
});
