import { EXIT_OK, parseFlags, UsageError, type CommandSpec, type FlagSpec } from '../../flags/flags.ts';
import { JUDGING } from '../../../policy/compile/builtin-detectors.ts';
import { canonicalPolicy, writtenPolicy } from '../../../policy/layers/canonical.ts';
import type { CommandIo } from '../command-io.ts';
import { explainPolicy, type Explained } from '../../../policy/layers/explanation.ts';
import {
  compileGiven,
  LAYER_FLAGS,
  POLICY_OPERAND,
  orProblems,
  readGivenPolicy,
  type GivenPolicy,
} from '../policy-arguments.ts';
import { readTraffic } from '../replay.ts';
import { explainTool } from './explained-tool.ts';
import { printTool } from './printed-tool.ts';
import { unknownWorkload, WORKLOAD_FLAG } from '../workload-file.ts';
import { BUILTIN_PROVIDERS } from '../../../policy/patterns/provider.ts';

const FLAGS = [
  ...LAYER_FLAGS,
  {
    name: 'tool',
    env: 'LLM_BOUNDARY_TOOL',
    kind: 'text',
    value: 'NAME',
    describe:
      'With --exchange: says rule by rule why this tool may be offered and called there, or may not. Never prints content.',
  },
  {
    name: 'exchange',
    env: 'LLM_BOUNDARY_EXCHANGE',
    kind: 'text',
    value: 'FILE.jsonl',
    describe:
      'With --tool: exchanges, one JSON object per line, as for policy test. The last one is explained; those before it count as earlier ones.',
  },
  {
    name: 'line',
    env: 'LLM_BOUNDARY_LINE',
    kind: 'number',
    range: [1, 10_000_000],
    value: 'NUMBER',
    describe: 'The line of --exchange to explain. Default: the last one.',
  },
  WORKLOAD_FLAG,
  {
    name: 'output',
    env: 'LLM_BOUNDARY_OUTPUT',
    kind: 'enum',
    values: ['text', 'json'],
    describe: 'Default: text.',
  },
  { name: 'json', env: 'LLM_BOUNDARY_JSON', kind: 'switch', describe: 'The same as --output json.' },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy explain',
  describe:
    'Prints the effective value of each key and the layer that set it: floor, namespace, workload or default. With --tool and --exchange, why a call of the tool is allowed or refused.',
  operands: [POLICY_OPERAND],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

export async function runExplain(
  argv: readonly string[],
  { stdout, stderr, env }: CommandIo,
): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  const { flags } = parsed;
  const { tool, exchange, line } = flags;
  const isJson = flags.json || flags.output === 'json';
  if ((tool === null) !== (exchange === null) || (line !== null && exchange === null))
    throw new UsageError(
      'policy explain: expected --tool NAME and --exchange FILE.jsonl together, or neither',
    );
  const lines = exchange === null ? null : await readTraffic(exchange, '--exchange');
  return orProblems(stderr, async () => {
    const given = await readGivenPolicy(path, flags);
    if (tool !== null && lines !== null) {
      stderr.write(unknownWorkload(given.effective, given.workload) ?? '');
      const explained = explainTool(given, { tool, lines, file: exchange ?? '', line });
      stdout.write(isJson ? `${JSON.stringify(explained, null, 2)}\n` : printTool(explained));
      return EXIT_OK;
    }
    const { providers } = compileGiven(given, JUDGING).action;
    const usable = providers.map(({ name }) => name);
    stdout.write(isJson ? asJson(given, usable) : asTable(given, usable));
    return EXIT_OK;
  });
}

function asJson({ name, effective, loaded }: GivenPolicy, providers: readonly string[]): string {
  const { sha256 } = canonicalPolicy(effective);
  const why = explainPolicy(loaded.layers);
  return `${JSON.stringify({ name, sha256, policy: writtenPolicy(effective), why, providers }, null, 2)}\n`;
}

function asTable({ name, effective, loaded }: GivenPolicy, providers: readonly string[]): string {
  const rows = explainPolicy(loaded.layers).map(
    (row) => [row.path, show(row), row.from.join(' + ')] as const,
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    ([path, value, from]) => `${path.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${from}`,
  );
  const unusable =
    Object.keys(BUILTIN_PROVIDERS).length -
    providers.filter((provider) => provider in BUILTIN_PROVIDERS).length;
  const notes = [
    `policy ${name}, sha256 ${canonicalPolicy(effective).sha256}`,
    '',
    ...lines,
    '',
    `providers that action.hosts lets through: ${providers.join(', ') || 'none'} (${unusable} built-in ones not)`,
    ...(effective.mode === 'observe'
      ? ['mode is observe: nothing above is applied, only counted and recorded']
      : []),
  ];
  return `${notes.join('\n')}\n`;
}

const WIDEST = 72;

function show({ path, value }: Explained): string {
  if (path.endsWith('Bytes') && typeof value === 'number') return showBytes(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function showBytes(value: number): string {
  for (const [unit, factor] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (value % factor === 0) return `${value / factor}${unit}`;
  }
  return `${value}B`;
}
