import { EXIT_OK, EXIT_USAGE, parseFlags, renderHelp, UsageError, type CommandSpec } from '../flags/flags.ts';
import { runCheck } from './check-command.ts';
import type { CommandIo } from './command-io.ts';
import { runDiff } from './diff-command.ts';
import { runExplain } from './explain/explain-command.ts';
import { runFingerprint } from './fingerprint-command.ts';
import { runInit } from './recipes/init-command.ts';
import { runLearn } from './learn-command.ts';
import { runPins } from './pins-command.ts';
import { nearest } from '../../policy/kinds/nearest.ts';
import { policySchemaJson } from '../../policy/keys/schema.ts';
import { runTest } from './test-command.ts';

interface Subcommand {
  readonly name: string;
  readonly describe: string;
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}

const COMMANDS: readonly Subcommand[] = [
  { name: 'init', describe: 'Write a policy for a common workload.', run: runInit },
  { name: 'check', describe: 'Validate a policy.', run: runCheck },
  {
    name: 'explain',
    describe:
      'Print the effective policy and the layer that set each key, or why a call is allowed or refused.',
    run: runExplain,
  },
  { name: 'test', describe: 'Replay recorded traffic and print the verdicts.', run: runTest },
  {
    name: 'diff',
    describe: 'Replay recorded traffic under two policies and print the differences.',
    run: runDiff,
  },
  { name: 'learn', describe: 'Propose the policy changes that would allow recorded traffic.', run: runLearn },
  { name: 'fingerprint', describe: 'Print the fingerprints of a document to protect.', run: runFingerprint },
  { name: 'pins', describe: 'Print the pins of tools.', run: runPins },
  { name: 'schema', describe: 'Print the JSON Schema of policy documents, for editors.', run: runSchema },
];

const SPEC: CommandSpec = {
  command: 'llm-boundary-sidecar policy',
  describe:
    'Checks and tests policies on the command line and in CI. Exit status: 0 valid or passed, 2 usage error, 3 invalid or failed.',
  flags: [],
  commands: COMMANDS.map(({ name, describe }) => ({ name, describe })),
};

const SCHEMA_SPEC = {
  command: 'llm-boundary-sidecar policy schema',
  describe: 'Print the JSON Schema of policy documents.',
  flags: [],
} as const;

function runSchema(argv: readonly string[], { stdout, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SCHEMA_SPEC, argv, env);
  stdout.write(parsed.kind === 'help' ? parsed.text : `${JSON.stringify(policySchemaJson(), null, 2)}\n`);
  return Promise.resolve(EXIT_OK);
}

/** Runs `policy …`. `argv` begins after the word `policy`. Returns the exit status; usage errors are printed on stderr. */
export async function runPolicyCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const [word, ...rest] = argv;
  if (word === '--help' || word === '-h') {
    io.stdout.write(renderHelp(SPEC));
    return EXIT_OK;
  }
  try {
    return await find(word).run(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return EXIT_USAGE;
  }
}

function find(word: string | undefined): Subcommand {
  const names = COMMANDS.map(({ name }) => name);
  const found = COMMANDS.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const expected = `expected one of ${names.join(', ')} (--help explains)`;
  if (word === undefined) throw new UsageError(`policy: no command given; ${expected}`);
  const near = nearest(word, names);
  throw new UsageError(
    `policy ${JSON.stringify(word)}: unknown command; ${near === null ? '' : `did you mean ${near}? `}${expected}`,
  );
}
