import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { completionScript, SHELLS, type Completed } from './completion.ts';

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

type Shell = (typeof SHELLS)[number];

/** Presses Tab behind `$2` in an interactive zsh that has read `$1`; a line `HIT WORD` for each word that it offers. */
const TAB = String.raw`zmodload zsh/zpty && zpty z zsh -f -i
zpty -w z "PROMPT=; source $1"
zpty -w z 'compadd() { builtin compadd -O hits "$@"; print; print -rl -- "HIT "$^hits; builtin compadd "$@"; }'
zpty -w z 'last() { print; print -r -- "THE"" END"; exit; }; comppostfuncs=(last); bindkey "^T" complete-word'
zpty -w z 'print -r -- REA""DY'
zpty -r z out '*READY*'
zpty -w -n z "$2"$'\x14'
zpty -r z out '*THE END*'
print -r -- "$out"
`;

/** What a shell offers for the last word. */
const OFFERED: Readonly<Record<Shell, (words: readonly string[], script: string, dir: string) => string>> = {
  bash: (words, script, dir) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const text = `source ${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _guard_dog; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', text], dir);
  },
  zsh: (words, script, dir) => {
    const tab = join(dir, '..', 'tab.zsh');
    writeFileSync(tab, TAB);
    const lines = run('zsh', ['-f', tab, script, words.join(' ')], dir).split(/[\r\n]+/);
    return lines.flatMap((line) => /^HIT (\S+)/.exec(line)?.[1] ?? []).join('\n');
  },
  fish: (words, script, dir) =>
    run('fish', ['--no-config', '-c', `source ${script}; complete -C '${words.join(' ')}'`], dir)
      .split('\n')
      .map((line) => line.replace(/\t.*/, ''))
      .join('\n'),
};

function run(shell: Shell, argv: readonly string[], dir: string): string {
  const env = {
    ...process.env,
    HOME: dir,
    ZDOTDIR: dir,
    TERM: 'dumb',
    XDG_CONFIG_HOME: dir,
    XDG_DATA_HOME: dir,
  };
  const { status, stdout, stderr } = spawnSync(shell, argv, {
    encoding: 'utf8',
    cwd: dir,
    env,
    timeout: 120_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

/** fish offers flags only behind a dash. */
function shown(shell: Shell, words: readonly string[], all: readonly string[]): readonly string[] {
  const hasDash = words.at(-1)?.startsWith('-') === true;
  return shell === 'fish' && !hasDash ? all.filter((word) => !word.startsWith('-')) : all;
}

describe.each(SHELLS)('completion in %s', (shell) => {
  let top: string;

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'completion-'));
    // Without files that could be offered.
    mkdirSync(join(top, 'empty'));
    writeFileSync(join(top, 'script'), completionScript(shell, COMPLETED));
  });
  afterAll(() => rmSync(top, { recursive: true }));

  const rows: readonly (readonly [words: readonly string[], expected: readonly string[]])[] = [
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
  ];
  for (const [words, expected] of rows) {
    const name = `${JSON.stringify(words)}: ${JSON.stringify(expected)}`;
    if (!isInstalled(shell)) {
      it.skip(`${name} (${shell} is not installed)`, () => undefined);
      continue;
    }
    it(name, () => {
      const offered = OFFERED[shell](words, join(top, 'script'), join(top, 'empty'));
      expect(new Set(offered.split('\n').filter((word) => word !== ''))).toEqual(
        new Set(shown(shell, words, expected)),
      );
    });
  }
});

it('zsh reads the same through bashcompinit', () => {
  expect(completionScript('zsh', COMPLETED)).toBe(
    `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${completionScript('bash', COMPLETED)}`,
  );
});

it('completion in fish', () => {
  expect(completionScript('fish', COMPLETED).split('\n')).toEqual([
    "complete -c guard-dog -l help -d 'Print this help.'",
    "complete -c guard-dog -f -n __fish_use_subcommand -a list -d 'Lists what there\\'s.'",
    "complete -c guard-dog -f -n __fish_use_subcommand -a completion -d 'Prints this.'",
    "complete -c guard-dog -n '__fish_use_subcommand' -l listen -r -d 'Where to listen.'",
    "complete -c guard-dog -n '__fish_seen_subcommand_from list' -l output -s o -x -a 'table json' -d 'Form: one.'",
    "complete -c guard-dog -n '__fish_seen_subcommand_from list' -l all -s A -d 'All.'",
    "complete -c guard-dog -f -n '__fish_seen_subcommand_from completion' -a 'bash fish'",
    '',
  ]);
});
