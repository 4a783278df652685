#!/usr/bin/env node
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  programWord,
  UsageError,
  versionIn,
} from '@llm-boundary/sidecar/flags';

import { anchorCommand } from './commands/anchor-command.ts';
import { checkCommand } from './commands/check-command.ts';
import { consoleCommand } from './commands/console-command.ts';
import { completionCommand } from './commands/completion-command.ts';
import { postureCommand } from './commands/posture-command.ts';
import { injectCommand } from './commands/inject-command.ts';
import { serveCommand } from './commands/serve-command.ts';
import { SERVE_SPEC } from './commands/serve-flags.ts';

const output = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
};

async function run(argv: readonly string[]): Promise<number> {
  const commands = SERVE_SPEC.commands.map(({ name }) => name);
  const version = (): string => versionIn(new URL('../package.json', import.meta.url));
  const word = programWord({ name: 'llm-boundary-webhook', version, commands }, argv);
  if (word.kind === 'version') {
    output.out(word.text);
    return EXIT_OK;
  }
  const [command, ...rest] = word.argv;
  if (command === 'inject') return injectCommand(rest, process.env, output);
  if (command === 'anchor') return anchorCommand(rest, process.env, output);
  if (command === 'posture') return postureCommand(rest, process.env, output);
  if (command === 'check') return checkCommand(rest, process.env, { ...output, version });
  if (command === 'console') return consoleCommand(rest, process.env, { ...output, version });
  if (command === 'completion') return completionCommand(rest, process.env, output);
  return serveCommand(word.argv, process.env, output);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  output.err(`llm-boundary-webhook: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exitCode = usage ? EXIT_USAGE : EXIT_FAILED;
}
