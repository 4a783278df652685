import {
  EXIT_OK,
  parseFlags,
  UsageError,
  type CommandSpec,
  type FlagSpec,
  type FlagValues,
} from '../flags/flags.ts';
import type { CommandIo } from './command-io.ts';
import { CannotGrow, growPolicy } from '../../policy/document/grow.ts';
import { readPolicyFiles, type NamedText } from '../../policy/files/policy-files.ts';
import type { PolicyDocument } from '../../policy/keys/schema.ts';
import { callsIn } from './learn/learn-calls.ts';
import { callsOfTraffic } from './learn/traffic-calls.ts';
import { learn, printLearned } from './learn/learn.ts';
import { printProposal } from './learn/learn-proposal.ts';
import { observationsOf } from './observation.ts';
import { RECORD_FLAGS, recordFilter } from './record/record-flags.ts';
import { readRecorded } from './recorded.ts';
import { compileGiven, DEFAULT_POLICY, orProblems, readGivenPolicy } from './policy-arguments.ts';
import { readTraffic, replay } from './replay.ts';
import { unifiedDiff } from './unified-diff.ts';
import { TRAFFIC_FLAG } from './test-command.ts';

const FLAGS = [
  { ...TRAFFIC_FLAG, required: false },
  ...RECORD_FLAGS,
  {
    name: 'refused',
    env: 'LLM_BOUNDARY_REFUSED',
    kind: 'switch',
    describe: 'With --record: proposes what was refused, too; without it, that is counted.',
  },
  {
    name: 'base',
    env: 'LLM_BOUNDARY_BASE',
    kind: 'text',
    value: 'FILE',
    describe: 'The policy to extend. Default: the embedded default policy.',
  },
  {
    name: 'output',
    env: 'LLM_BOUNDARY_OUTPUT',
    kind: 'enum',
    values: ['diff', 'policy'],
    describe:
      'A diff of the file of --base for review (patch takes it), or all of it with the additions; comments and order stay. Default: diff with --record, policy with --traffic.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy learn',
  describe:
    'Proposes the policy that would allow the models, tools, hosts, routes and MCP servers of recorded traffic (--traffic) or of the audit record (--record). Detectors are never switched off: their findings are listed as comments for review.',
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

type Values = FlagValues<typeof FLAGS>;

export async function runLearn(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const { flags } = parsed;
  if ((flags.traffic === null) === (flags.record.length === 0))
    throw new UsageError('policy learn: expected either --traffic FILE.jsonl or --record PATH');
  return orProblems(stderr, async () => {
    stdout.write(flags.traffic === null ? await fromRecord(flags) : await fromTraffic(flags.traffic, flags));
    return EXIT_OK;
  });
}

async function fromTraffic(traffic: string, { base, output }: Values): Promise<string> {
  const lines = await readTraffic(traffic);
  const given = base === null ? DEFAULT_POLICY : await readGivenPolicy(base, NO_LAYERS);
  const replayed = replay(lines, compileGiven(given));
  const { calls, questions } = callsOfTraffic(lines, given);
  const learned = learn(given.loaded.layers.workload ?? EMPTY, observationsOf(replayed), callsIn(calls));
  const { text: before, source: name } = base === null ? NEW : (await readPolicyFiles(base)).workload;
  const after = grown(before, name, learned);
  const policy = output === 'diff' ? unifiedDiff(before, after, name) : after;
  return `${printLearned(learned, { calls, questions }).join('\n')}\n${policy}`;
}

async function fromRecord(flags: Values): Promise<string> {
  const { base, record, refused, output } = flags;
  const given = base === null ? DEFAULT_POLICY : await readGivenPolicy(base, NO_LAYERS);
  const workload = base === null ? NEW : (await readPolicyFiles(base)).workload;
  const { observations, calls, notes } = await readRecorded(record, recordFilter(flags), refused);
  const learned = learn(given.loaded.layers.workload ?? EMPTY, observations, callsIn(calls));
  const { text: before, source: name } = workload;
  return printProposal(
    { learned, calls, notes, before, name, after: grown(before, name, learned) },
    output ?? 'diff',
  );
}

function grown(text: string, name: string, { policy, added }: ReturnType<typeof learn>): string {
  if (added.length === 0) return text;
  return withinLimits(() => growPolicy(text, name, policy));
}

/** @throws UsageError where the additions exceed a limit of policies */
function withinLimits(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof CannotGrow) throw new UsageError(error.message);
    throw error;
  }
}

const NO_LAYERS = { floor: null, 'namespace-policy': null };
const EMPTY: PolicyDocument = { version: 1, mode: 'enforce' };
const NEW: NamedText = { source: 'policy.yaml', text: 'version: 1\n' };
