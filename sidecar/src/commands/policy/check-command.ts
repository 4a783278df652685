import { EXIT_NO, EXIT_OK, parseFlags, UsageError, type CommandSpec, type FlagSpec } from '../flags/flags.ts';
import { JUDGING } from '../../policy/compile/builtin-detectors.ts';
import { canonicalPolicy } from '../../policy/layers/canonical.ts';
import { canonicalJson } from '../../policy/kinds/canonical-json.ts';
import type { CommandIo } from './command-io.ts';
import {
  compileGiven,
  documentsIn,
  LAYER_FLAGS,
  POLICY_OPERAND,
  orProblems,
  readGivenPolicy,
  readGivenShadow,
  readPoliciesIn,
  type GivenPolicy,
} from './policy-arguments.ts';
import { readPolicyFiles } from '../../policy/files/policy-files.ts';
import { policyRule } from '../../policy/keys/schema.ts';
import { formatProblem } from '../../policy/kinds/problem.ts';

const FLAGS = [
  {
    name: 'shadow',
    env: 'LLM_BOUNDARY_SHADOW',
    kind: 'text',
    value: 'FILE',
    describe:
      'A policy that is to be judged beside it, validated under the same outer layers. Default: shadow.yaml of the folder, else none.',
  },
  ...LAYER_FLAGS,
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy check',
  describe:
    'Validates a policy, and its shadow, as the sidecar does. Reports every problem with its position and a fix. Exit status 3 if one of them is invalid.',
  operands: [
    {
      ...POLICY_OPERAND,
      describe: `${POLICY_OPERAND.describe} A file may have several YAML documents: all policies among them are checked. "-" reads standard input.`,
    },
  ],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

export async function runCheck(argv: readonly string[], io: CommandIo): Promise<number> {
  const { stdout, stderr } = io;
  const parsed = parseFlags(SPEC, argv, io.env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  const { flags } = parsed;
  return orProblems(stderr, async () => {
    const several = await readSeveral(path, flags, io);
    if (several !== null) {
      if (flags.shadow !== null)
        throw new UsageError(
          `--shadow: expected beside the one policy of a file or folder, not beside ${path}`,
        );
      for (const given of several) checked(`${path}: ${given.name}`, given, io);
      return EXIT_OK;
    }
    const given = await readGivenPolicy(path, flags);
    checked(path, given, io);
    const { shadow: named } = given.loaded;
    if (named !== null && flags.shadow === null)
      stdout.write(
        `${path}: its shadow is the policy ${named}, of another ConfigMap: --shadow FILE checks it\n`,
      );
    const status = await orProblems(stderr, () =>
      checkShadow({ path, file: flags.shadow, live: given }, flags, io),
    );
    if (status !== EXIT_OK) stderr.write(`${path}: the policy holds, and no shadow is judged beside it\n`);
    return status === EXIT_OK ? EXIT_OK : EXIT_NO;
  });
}

/** The policies of standard input (`-`), or of a file with several documents; null for a folder, and for a file with one. */
async function readSeveral(
  path: string,
  flags: Parameters<typeof readGivenPolicy>[1],
  { stdin }: CommandIo,
): Promise<readonly GivenPolicy[] | null> {
  if (path === '-') {
    const parts: string[] = [];
    for await (const part of stdin ?? []) parts.push(String(part));
    return readPoliciesIn(
      { source: '-', text: parts.join('') },
      { name: '-', fingerprints: new Map() },
      flags,
    );
  }
  const files = await readPolicyFiles(path);
  const isFolder = !path.endsWith(files.workload.source);
  if (isFolder || documentsIn(files.workload.text).length < 2) return null;
  const { fingerprints, name } = files;
  return readPoliciesIn({ source: path, text: files.workload.text }, { name, fingerprints }, flags);
}

async function checkShadow(
  { path, file, live }: { readonly path: string; readonly file: string | null; readonly live: GivenPolicy },
  flags: Parameters<typeof readGivenPolicy>[1],
  io: CommandIo,
): Promise<number> {
  const shadow = file === null ? await readGivenShadow(path, flags) : await readGivenPolicy(file, flags);
  if (shadow === null) return EXIT_OK;
  checked(file ?? `${path}/shadow.yaml`, shadow, io);
  if (canonicalPolicy(shadow.effective).sha256 === canonicalPolicy(live.effective).sha256)
    io.stderr.write('warning: the shadow comes to the same policy: it will never differ\n');
  const [before, after] = [live, shadow].map(({ effective }) => policyRule.canonical(effective).audit);
  if (canonicalJson(before ?? null) !== canonicalJson(after ?? null))
    io.stderr.write(
      'warning: the shadow has another audit: it is no verdict on an exchange, and shows only once the shadow is the policy\n',
    );
  return EXIT_OK;
}

/** @throws PolicyInvalid */
function checked(path: string, given: GivenPolicy, { stdout, stderr }: CommandIo): void {
  const observes = given.effective.mode === 'observe';
  for (const warning of given.loaded.warnings) {
    if (warning.path !== 'mode') stderr.write(`warning: ${formatProblem(warning)}\n`);
    else if (!observes)
      stderr.write(
        `warning: ${formatProblem({ ...warning, message: 'observe has no effect: another layer enforces, as every layer without `mode` does' })}\n`,
      );
  }
  compileGiven(given, JUDGING);
  const { require, jwt, serviceAccounts = [], apiKeys = [], mesh = [] } = given.effective.callers;
  if (
    require !== false &&
    jwt?.length === 0 &&
    [serviceAccounts, apiKeys, mesh].every((way) => way.length === 0)
  )
    stderr.write(
      `warning: ${path}: no caller can be what callers.require asks: all layers with callers must name the same way; callers.jwt has no issuer that all of them list with a common audience, key and algorithm, and read alike, nor have they a common audience in callers.serviceAccounts or a common file in callers.apiKeys\n`,
    );
  const { sha256 } = canonicalPolicy(given.effective);
  stdout.write(
    `${path}: valid${observes ? ' (mode: observe, so nothing is enforced)' : ''}; effective policy sha256 ${sha256}\n`,
  );
}
