import { readFile } from 'node:fs/promises';

import { EXIT_OK, parseFlags, type FlagSpec } from '../../flags/flags.ts';
import type { CommandIo } from '../command-io.ts';

/** Workloads for which there is a policy, each the file `data/recipes/NAME.yaml` of this package. */
const RECIPES = [
  'vllm',
  'ollama',
  'kserve',
  'rag-bot',
  'langgraph',
  'coding-agent',
  'mcp-agent',
  'batch-job',
] as const;

const FOLDER = new URL('../../../../data/recipes/', import.meta.url);

const FLAGS = [
  {
    name: 'for',
    env: 'LLM_BOUNDARY_FOR',
    kind: 'enum',
    values: RECIPES,
    required: true,
    describe: 'The workload.',
  },
  {
    name: 'output',
    env: 'LLM_BOUNDARY_OUTPUT',
    kind: 'enum',
    values: ['policy', 'manifest'],
    describe:
      'manifest: the ConfigMap of the policy, named as the workload, for `kubectl apply`; its namespace is that of a usual installation, llm-boundary. Default: policy.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy init',
  describe:
    'Writes a policy with comments for a common workload. It observes: one line, which says so, is changed to enforce it.',
  flags: FLAGS,
} as const;

/** `policy init`. @throws UsageError that lists the workloads, without one or with another */
export async function runInit(argv: readonly string[], { stdout, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const { for: name, output } = parsed.flags;
  const policy = await readFile(new URL(`${name}.yaml`, FOLDER), 'utf8');
  stdout.write(output === 'manifest' ? manifestOf(policy, name) : policy);
  return EXIT_OK;
}

/** Written as text, since a printer of YAML would lose the layout. */
function manifestOf(policy: string, name: string): string {
  return [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    `  name: ${name}`,
    '  namespace: llm-boundary',
    "  labels: { llm-boundary.io/policy: 'true' }",
    'data:',
    '  policy.yaml: |',
    ...policy
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    '',
  ].join('\n');
}
