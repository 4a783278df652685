import { EXIT_OK, parseFlags, type CommandSpec } from '../flags/flags.ts';
import { canonicalPolicy } from '../../policy/layers/canonical.ts';
import type { CommandIo } from './command-io.ts';
import {
  compileGiven,
  LAYER_FLAGS,
  POLICY_OPERAND,
  orProblems,
  readGivenPolicy,
} from './policy-arguments.ts';
import { formatProblem } from '../../policy/kinds/problem.ts';

const SPEC = {
  command: 'llm-boundary-sidecar policy check',
  describe:
    'Validates a policy as the sidecar does. Reports every problem with its position and a fix. Exit status 3 if the policy is invalid.',
  operands: [POLICY_OPERAND],
  flags: LAYER_FLAGS,
} satisfies CommandSpec<typeof LAYER_FLAGS>;

export async function runCheck(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  return orProblems(stderr, async () => {
    const given = await readGivenPolicy(path, parsed.flags);
    for (const warning of given.loaded.warnings) stderr.write(`warning: ${formatProblem(warning)}\n`);
    compileGiven(given);
    stdout.write(`${path}: valid; effective policy sha256 ${canonicalPolicy(given.effective).sha256}\n`);
    return EXIT_OK;
  });
}
