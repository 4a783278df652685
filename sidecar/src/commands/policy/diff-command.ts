import { changeBetween, type Change, type Judgement } from '../../exchange/judgement.ts';
import {
  EXIT_NO,
  EXIT_OK,
  parseFlags,
  UsageError,
  type CommandSpec,
  type FlagSpec,
  type FlagValues,
} from '../flags/flags.ts';
import { hitsOf, type CommandIo } from './command-io.ts';
import {
  compileGiven,
  LAYER_FLAGS,
  orProblems,
  POLICY_OPERAND,
  readGivenPolicy,
} from './policy-arguments.ts';
import { RECORD_FLAGS, recordFilter } from './record/record-flags.ts';
import { readDifferences, type RecordedShadow } from './record/recorded-differences.ts';
import { readTraffic, replay, type Replayed } from './replay.ts';
import { TRAFFIC_FLAG } from './test-command.ts';
import type { Outcome } from './traffic.ts';
import { WORKLOAD_FLAG } from './workload-file.ts';

const FLAGS = [
  {
    name: 'shadow',
    env: 'LLM_BOUNDARY_SHADOW',
    kind: 'text',
    value: 'FILE',
    describe: 'With --traffic: the policy to compare with, under the same outer layers.',
  },
  { ...TRAFFIC_FLAG, required: false },
  WORKLOAD_FLAG,
  ...RECORD_FLAGS,
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
    'Prints the exchanges on which two policies differ: another verdict or another code. With --traffic, replays exchanges under FILE and --shadow; with --record, lists what the shadows of running sidecars have differed in, grouped by rule. Exit status 0 if there is no difference, 3 if there is one, a policy is invalid, or no shadow was judged.',
  operands: [{ ...POLICY_OPERAND, required: false }],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

/** One policy's decision on an exchange. */
interface Decided {
  readonly verdict: Outcome;
  readonly code: Judgement['code'];
  readonly rules: readonly string[];
}

interface Difference {
  readonly line: number;
  readonly name: string;
  readonly change: Change;
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
  const [file] = operands;
  const { traffic, shadow } = flags;
  if (flags.record.length > 0 && traffic === null && shadow === null && file === undefined)
    return diffRecord(flags, { stdout, stderr, env });
  if (flags.record.length > 0 || traffic === null || shadow === null || file === undefined)
    throw new UsageError(
      'policy diff: expected either FILE --shadow FILE --traffic FILE.jsonl, or --record PATH alone',
    );
  return orProblems(stderr, () => diffTraffic({ file, traffic, shadow }, flags, stdout));
}

async function diffTraffic(
  given: { readonly file: string; readonly traffic: string; readonly shadow: string },
  flags: FlagValues<typeof FLAGS>,
  stdout: CommandIo['stdout'],
): Promise<number> {
  const lines = await readTraffic(given.traffic);
  const live = replay(lines, compileGiven(await readGivenPolicy(given.file, flags)));
  const shadow = replay(lines, compileGiven(await readGivenPolicy(given.shadow, flags)));
  const differences = live.flatMap((one, at) => differenceOf(one, shadow[at] ?? one));
  for (const difference of differences)
    stdout.write(`${flags.json ? JSON.stringify(difference) : printed(difference)}\n`);
  if (!flags.json)
    stdout.write(
      `${lines.length} exchanges, ${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}\n`,
    );
  return differences.length === 0 ? EXIT_OK : EXIT_NO;
}

async function diffRecord(flags: FlagValues<typeof FLAGS>, { stdout, stderr }: CommandIo): Promise<number> {
  const shadows = await readDifferences(flags.record, recordFilter(flags));
  if (shadows.length === 0) {
    stderr.write('no shadow was judged in this record\n');
    return EXIT_NO;
  }
  for (const shadow of shadows)
    stdout.write(flags.json ? `${JSON.stringify(shadow)}\n` : printedShadow(shadow));
  return shadows.every(differsNowhere) ? EXIT_OK : EXIT_NO;
}

function differsNowhere({ counts, groups }: RecordedShadow): boolean {
  return groups.length === 0 && counts.would_refuse + counts.would_allow + counts.other === 0;
}

function printedShadow({ sha256, counts, groups }: RecordedShadow): string {
  const { same, skipped, failed, unrecorded, ...differences } = counts;
  const judged = same + differences.would_refuse + differences.would_allow + differences.other;
  const lines = groups.map(
    ({ change, code, rule, count, examples }) =>
      `  ${changes[change]}: ${code}${rule === null ? '' : ` (${rule})`}: ${count}, such as ${examples.join(', ')}`,
  );
  return [
    `shadow ${sha256}`,
    `  ${judged} exchanges judged: ${same} the same, ${differences.would_refuse} would be refused, ${differences.would_allow} would be allowed, ${differences.other} other; ${skipped} skipped, ${failed} failed, ${unrecorded} differences without a line`,
    ...lines,
    '',
  ].join('\n');
}

const changes: Readonly<Record<Change, string>> = {
  would_refuse: 'would refuse',
  would_allow: 'would allow',
  other: 'other',
};

function differenceOf(one: Replayed, other: Replayed): readonly Difference[] {
  const [live, shadow] = [decidedBy(one), decidedBy(other)];
  const change = changeBetween(live, shadow);
  if (change === null) return [];
  const { line, name } = one.traffic;
  return [{ line, name, change, live, shadow }];
}

function decidedBy({ outcome, code, evaluation }: Replayed): Decided {
  return { verdict: outcome, code, rules: [...new Set(hitsOf(evaluation).map(({ rule }) => rule))] };
}

function printed({ line, name, change, live, shadow }: Difference): string {
  return `${line} ${name}: ${changes[change]}: ${decided(live)} -> ${decided(shadow)}`;
}

function decided({ verdict, code, rules }: Decided): string {
  const why = [...(code === null ? [] : [code]), ...rules];
  return why.length === 0 ? verdict : `${verdict} (${why.join(', ')})`;
}
