import { EXIT_OK, parseFlags, type CommandSpec, type FlagSpec } from '../flags/flags.ts';
import type { CommandIo } from './command-io.ts';
import { effectivePolicy } from '../../policy/layers/effective.ts';
import { learn, printLearned } from './learn.ts';
import { compileGiven, orProblems, readGivenPolicy, type GivenPolicy } from './policy-arguments.ts';
import { readTraffic, replay } from './replay.ts';
import { TRAFFIC_FLAG } from './test-command.ts';

const FLAGS = [
  TRAFFIC_FLAG,
  {
    name: 'base',
    env: 'LLM_BOUNDARY_BASE',
    kind: 'text',
    value: 'FILE',
    describe: 'The policy to extend. Default: the embedded default policy.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy learn',
  describe:
    'Prints the policy that would allow the models, tools, hosts, routes and MCP servers of recorded traffic. Detectors are never switched off: their findings are listed as comments for review.',
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

export async function runLearn(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const { traffic, base } = parsed.flags;
  const lines = await readTraffic(traffic);
  return orProblems(stderr, async () => {
    const given =
      base === null ? DEFAULT : await readGivenPolicy(base, { floor: null, 'namespace-policy': null });
    const replayed = replay(lines, compileGiven(given));
    stdout.write(
      printLearned(learn(given.loaded.layers.workload ?? { version: 1, mode: 'enforce' }, replayed)),
    );
    return EXIT_OK;
  });
}

const DEFAULT: GivenPolicy = {
  loaded: { layers: {}, name: null, fingerprints: new Map(), warnings: [] },
  effective: effectivePolicy({}),
  name: 'default',
  fingerprints: new Map(),
};
