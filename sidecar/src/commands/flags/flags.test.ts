import { parseFlags, UsageError, type CommandSpec } from './flags.ts';

const flags = [
  {
    name: 'inbound',
    env: 'LLM_BOUNDARY_INBOUND',
    kind: 'text',
    repeatable: true,
    required: true,
    value: 'LISTEN=UPSTREAM',
    describe: 'Guards a port.',
  },
  {
    name: 'grace',
    env: 'LLM_BOUNDARY_GRACE',
    kind: 'number',
    range: [1, 600],
    describe: 'Seconds to drain. Default: 30.',
  },
  { name: 'json', env: 'LLM_BOUNDARY_JSON', kind: 'switch', describe: 'Prints JSON.' },
  { name: 'mode', env: 'LLM_BOUNDARY_MODE', kind: 'enum', values: ['enforce', 'observe'], describe: 'How.' },
  { name: 'space', env: 'LLM_BOUNDARY_SPACE', kind: 'label', value: 'NAME', describe: 'Where.' },
] as const;

const spec = {
  command: 'guard',
  describe: 'Guards.',
  operands: [{ name: 'FILE', required: true, describe: 'What to read.' }],
  flags,
} satisfies CommandSpec<typeof flags>;

const ok = ['--inbound', 'a=b', 'f'];

describe('parseFlags', () => {
  it.each([
    [
      ['--inbond', 'a'],
      {},
      '--inbond: unknown flag of guard; did you mean --inbound? expected one of --inbound, --grace, --json, --mode, --space (--help explains)',
    ],
    [['-x'], {}, '-x: unknown flag of guard'],
    [['--inbound'], {}, '--inbound: no value given; expected LISTEN=UPSTREAM'],
    [['--inbound='], {}, '--inbound "": expected LISTEN=UPSTREAM'],
    [['f'], {}, '--inbound is missing; expected LISTEN=UPSTREAM, there or in LLM_BOUNDARY_INBOUND'],
    [[...ok, '--grace', '0'], {}, '--grace "0": expected a whole number from 1 to 600'],
    [[...ok, '--grace', '1e2'], {}, '--grace "1e2": expected a whole number from 1 to 600'],
    [[...ok, '--grace=1', '--grace=2'], {}, '--grace: given 2 times; expected it once'],
    [ok, { LLM_BOUNDARY_GRACE: '601' }, 'LLM_BOUNDARY_GRACE "601": expected a whole number from 1 to 600'],
    [[...ok, '--json=yes'], {}, '--json "yes": expected true or false, or the flag alone'],
    [[...ok, '--mode', 'warn'], {}, '--mode "warn": expected enforce or observe'],
    [[...ok, '--mode', 'obsrve'], {}, '--mode "obsrve": did you mean observe? expected enforce or observe'],
    [['--inbound', 'a'], {}, 'FILE is missing; expected guard FILE [FLAGS]'],
    [[...ok, 'g'], {}, '"g": not expected here; expected guard FILE [FLAGS]'],
    ...['', 'chat/pods', 'chat?x=1#', '..', 'Chat', 'a.b', '-a', 'a-', 'ä', 'a\n', 'a'.repeat(64)].map(
      (name): [string[], object, string] => [
        [...ok, `--space=${name}`],
        {},
        `--space ${JSON.stringify(name)}: expected the name of a namespace`,
      ],
    ),
    [ok, { LLM_BOUNDARY_SPACE: 'a/b' }, 'LLM_BOUNDARY_SPACE "a/b": expected the name of a namespace'],
  ])('refuses %j with %j', (argv, env, message) => {
    const run = (): unknown => parseFlags(spec, argv, env);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });

  it('prefers flags to the environment, and yields null for absent ones', () => {
    const parsed = parseFlags(spec, ['--json', '--inbound=x=y', '--inbound', 'z', '--', '-f'], {
      LLM_BOUNDARY_INBOUND: 'no',
      LLM_BOUNDARY_MODE: 'observe',
    });
    expect(parsed).toEqual({
      kind: 'run',
      flags: { inbound: ['x=y', 'z'], grace: null, json: true, mode: 'observe', space: null },
      operands: ['-f'],
    });
  });

  it.each(['a', '0', 'kube-system', 'a'.repeat(63)])('takes the namespace %s', (name) => {
    expect(parseFlags(spec, [...ok, '--space', name], {})).toMatchObject({ flags: { space: name } });
  });

  it('splits repeatable values of the environment at commas', () => {
    expect(parseFlags(spec, ['f'], { LLM_BOUNDARY_INBOUND: 'a,b' })).toMatchObject({
      flags: { inbound: ['a', 'b'], json: false },
    });
  });

  it('prints help before it complains', () => {
    const parsed = parseFlags(spec, ['--help'], {});
    expect(parsed.kind === 'help' ? parsed.text : '').toBe(`Usage: guard FILE [FLAGS]

Guards.

Operands:
  FILE  What to read.

Flags:
  --inbound LISTEN=UPSTREAM  Guards a port. Required. Repeatable. [LLM_BOUNDARY_INBOUND]
  --grace N                  Seconds to drain. Default: 30. [LLM_BOUNDARY_GRACE]
  --json                     Prints JSON. [LLM_BOUNDARY_JSON]
  --mode enforce|observe     How. [LLM_BOUNDARY_MODE]
  --space NAME               Where. [LLM_BOUNDARY_SPACE]
  --help                     Print this help.
`);
  });
});
