import { EXIT_NO, EXIT_OK, parseFlags, type CommandSpec, type FlagSpec } from '../flags/flags.ts';
import { hitsOf, type CommandIo } from './command-io.ts';
import {
  compileGiven,
  LAYER_FLAGS,
  orProblems,
  POLICY_OPERAND,
  readGivenPolicy,
} from './policy-arguments.ts';
import { readTraffic, replay, type Replayed } from './replay.ts';
import { TRAFFIC_FLAG } from './test-command.ts';
import type { Outcome } from './traffic.ts';

const FLAGS = [
  {
    name: 'shadow',
    env: 'LLM_BOUNDARY_SHADOW',
    kind: 'text',
    value: 'FILE',
    required: true,
    describe: 'The policy to compare with, under the same outer layers.',
  },
  TRAFFIC_FLAG,
  ...LAYER_FLAGS,
  {
    name: 'json',
    env: 'LLM_BOUNDARY_JSON',
    kind: 'switch',
    describe: 'Prints one JSON object per difference instead of lines.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy diff',
  describe:
    'Replays exchanges under two policies and prints those on which they differ: another verdict or another code. Exit status 0 if there is no difference, 3 if there is one or a policy is invalid.',
  operands: [POLICY_OPERAND],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

/** One policy's decision on an exchange. */
interface Decided {
  readonly verdict: Outcome;
  readonly code: string | null;
  readonly rules: readonly string[];
}

interface Difference {
  readonly line: number;
  readonly name: string;
  readonly change: 'stricter' | 'looser' | 'other code';
  readonly live: Decided;
  readonly shadow: Decided;
}

export async function runDiff(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const { flags, operands } = parsed;
  const lines = await readTraffic(flags.traffic);
  return orProblems(stderr, async () => {
    const live = replay(lines, compileGiven(await readGivenPolicy(operands[0] ?? '', flags)));
    const shadow = replay(lines, compileGiven(await readGivenPolicy(flags.shadow, flags)));
    const differences = live.flatMap((one, at) => differenceOf(one, shadow[at] ?? one));
    for (const difference of differences)
      stdout.write(`${flags.json ? JSON.stringify(difference) : printed(difference)}\n`);
    if (!flags.json)
      stdout.write(
        `${lines.length} exchanges, ${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}\n`,
      );
    return differences.length === 0 ? EXIT_OK : EXIT_NO;
  });
}

function differenceOf(one: Replayed, other: Replayed): readonly Difference[] {
  const [live, shadow] = [decidedBy(one), decidedBy(other)];
  if (live.verdict === shadow.verdict && live.code === shadow.code) return [];
  const { line, name } = one.traffic;
  return [{ line, name, change: changeFrom(live.verdict, shadow.verdict), live, shadow }];
}

const ORDER: readonly Outcome[] = ['pass', 'allow', 'redact', 'block'];

function changeFrom(live: Outcome, shadow: Outcome): Difference['change'] {
  if (live === shadow) return 'other code';
  return ORDER.indexOf(shadow) > ORDER.indexOf(live) ? 'stricter' : 'looser';
}

function decidedBy({ outcome, code, evaluation }: Replayed): Decided {
  return { verdict: outcome, code, rules: [...new Set(hitsOf(evaluation).map(({ rule }) => rule))] };
}

function printed({ line, name, change, live, shadow }: Difference): string {
  return `${line} ${name}: ${change}: ${decided(live)} -> ${decided(shadow)}`;
}

function decided({ verdict, code, rules }: Decided): string {
  const why = [...(code === null ? [] : [code]), ...rules];
  return why.length === 0 ? verdict : `${verdict} (${why.join(', ')})`;
}
