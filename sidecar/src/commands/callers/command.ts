import { EXIT_OK, EXIT_USAGE, renderHelp, UsageError, type CommandSpec } from '../flags/flags.ts';
import { runKey, type KeyIo } from './key-command.ts';

const SPEC: CommandSpec = {
  command: 'llm-boundary-sidecar callers',
  describe: 'Makes credentials of callers. Exit status: 0 done, 2 usage error.',
  flags: [],
  commands: [{ name: 'key', describe: 'Make an API key and its entry.' }],
};

/** Runs `callers …`. `argv` begins after the word `callers`. Returns the exit status; usage errors are printed on stderr. */
export async function runCallersCommand(argv: readonly string[], io: KeyIo): Promise<number> {
  const [word, ...rest] = argv;
  if (word === '--help' || word === '-h') {
    io.stdout.write(renderHelp(SPEC));
    return EXIT_OK;
  }
  try {
    if (word === 'key') return await runKey(rest, io);
    const given = word === undefined ? 'no command given' : `${JSON.stringify(word)}: unknown command`;
    throw new UsageError(`callers: ${given}; expected key (--help explains)`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return EXIT_USAGE;
  }
}
