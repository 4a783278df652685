import { completionScript, EXIT_OK, parseFlags, SHELLS, UsageError } from '@llm-boundary/sidecar/flags';

import { ANCHOR_SPEC } from './anchor-flags.ts';
import { CONSOLE_SPEC } from './console-command.ts';
import { CHECK_SPEC } from './check-command.ts';
import { INJECT_SPEC } from './inject-command.ts';
import { POSTURE_SPEC } from './posture-command.ts';
import { SERVE_SPEC } from './serve-flags.ts';

const COMPLETION_SPEC = {
  command: 'llm-boundary-webhook completion',
  describe:
    'Prints a script that completes commands and flags: source <(llm-boundary-webhook completion bash), the same for zsh, and llm-boundary-webhook completion fish | source.',
  operands: [{ name: 'SHELL', required: true, values: SHELLS, describe: 'bash, zsh or fish.' }],
  flags: [],
} as const;

/** @returns the exit status @throws UsageError */
export function completionCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { out }: { readonly out: (text: string) => void },
): number {
  const parsed = parseFlags(COMPLETION_SPEC, argv, env);
  if (parsed.kind === 'help') {
    out(parsed.text);
    return EXIT_OK;
  }
  const [asked = ''] = parsed.operands;
  const shell = SHELLS.find((each) => each === asked);
  if (shell === undefined)
    throw new UsageError(`SHELL ${JSON.stringify(asked)}: expected ${SHELLS.join(', ')}`);
  const commands = [INJECT_SPEC, ANCHOR_SPEC, POSTURE_SPEC, CHECK_SPEC, CONSOLE_SPEC, COMPLETION_SPEC];
  out(completionScript(shell, { program: SERVE_SPEC, commands }));
  return EXIT_OK;
}
