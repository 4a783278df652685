import { EXIT_NO, EXIT_OK, parseFlags, type CommandSpec, type FlagSpec } from '../flags/flags.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { hitsOf, type CommandIo } from './command-io.ts';
import {
  compileGiven,
  LAYER_FLAGS,
  POLICY_OPERAND,
  orProblems,
  readGivenPolicy,
} from './policy-arguments.ts';
import { readTraffic, replay, type Replayed } from './replay.ts';
import { unknownWorkload, WORKLOAD_FLAG } from './workload-file.ts';

export const TRAFFIC_FLAG = {
  name: 'traffic',
  env: 'LLM_BOUNDARY_TRAFFIC',
  kind: 'text',
  value: 'FILE.jsonl',
  required: true,
  describe:
    'Exchanges, one JSON object per line: dialect or path, method, request, response (JSON, or the text of a stream), status, contentType, host, protocolVersion, stream, name, expect (allow, redact, block, pass, or { request, reply, code, hits }).',
} as const satisfies FlagSpec;

const FLAGS = [
  TRAFFIC_FLAG,
  WORKLOAD_FLAG,
  ...LAYER_FLAGS,
  {
    name: 'json',
    env: 'LLM_BOUNDARY_JSON',
    kind: 'switch',
    describe: 'Prints one JSON object per exchange instead of lines.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy test',
  describe:
    'Replays exchanges through the real dialects and controls and prints the verdicts. Exit status 3 if the policy is invalid or an outcome differs from the `expect` of its exchange.',
  operands: [POLICY_OPERAND],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

export async function runTest(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  const { traffic, json } = parsed.flags;
  const lines = await readTraffic(traffic);
  return orProblems(stderr, async () => {
    const given = await readGivenPolicy(path, parsed.flags);
    const policy = compileGiven(given);
    const replayed = replay(lines, policy);
    stderr.write(unknownWorkload(given.effective, given.workload) ?? '');
    stderr.write(unaskedClassifier(policy) ?? '');
    for (const each of replayed) stdout.write(json ? asJson(each) : asLine(each));
    const failed = replayed.filter(({ unmet }) => unmet.length > 0).length;
    const expected = replayed.filter((each) => each.traffic.expect !== null).length;
    stderr.write(
      `${replayed.length} exchanges, ${expected} with an expectation, ${failed} not as expected\n`,
    );
    return failed === 0 ? EXIT_OK : EXIT_NO;
  });
}

/** The same traffic has the same verdicts anywhere, so that nothing is asked. Null where the policy names no classifier. */
function unaskedClassifier({ ingress: { injection } }: CompiledPolicy): string | null {
  const classifier = injection?.classifier ?? null;
  if (classifier === null) return null;
  const { origin, path, origins } = classifier;
  return `The classifier is not asked here: the sidecar would send texts of ${[...origins].sort().join(', ')} to ${origin}${path}\n`;
}

function asJson({ traffic, evaluation, outcome, code, unmet }: Replayed): string {
  const { line, name } = traffic;
  return `${JSON.stringify({ line, name, dialect: evaluation.dialect, outcome, code, hits: hitsOf(evaluation), unmet })}\n`;
}

function asLine({ traffic, evaluation, outcome, code, unmet }: Replayed): string {
  const rules = new Set(
    hitsOf(evaluation).map(({ rule, mode }) => (mode === 'observe' ? `${rule} (observed)` : rule)),
  );
  const state = traffic.expect === null ? '    ' : unmet.length === 0 ? 'ok  ' : 'FAIL';
  const what = [outcome.padEnd(6), code ?? '', [...rules].join(', ')]
    .filter((part) => part !== '')
    .join('  ');
  const lines = [
    `${state}  ${String(traffic.line).padStart(4)}  ${traffic.name}: ${what}`,
    ...unmet.map((each) => `            ${each}`),
  ];
  return `${lines.join('\n')}\n`;
}
