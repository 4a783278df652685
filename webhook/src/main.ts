#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, programWord, UsageError } from '@llm-boundary/sidecar/flags';

import { anchorCommand } from './commands/anchor-command.ts';
import { postureCommand } from './commands/posture-command.ts';
import { injectCommand } from './commands/inject-command.ts';
import { serveCommand } from './commands/serve-command.ts';

const output = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
};

/** Of this package. */
function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function run(argv: readonly string[]): Promise<number> {
  const commands = ['inject', 'anchor', 'posture'];
  const word = programWord({ name: 'llm-boundary-webhook', version, commands }, argv);
  if (word.kind === 'version') {
    output.out(word.text);
    return EXIT_OK;
  }
  const [command, ...rest] = word.argv;
  if (command === 'inject') return injectCommand(rest, process.env, output);
  if (command === 'anchor') return anchorCommand(rest, process.env, output);
  if (command === 'posture') return postureCommand(rest, process.env, output);
  return serveCommand(word.argv, process.env, output);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  output.err(`llm-boundary-webhook: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exitCode = usage ? EXIT_USAGE : EXIT_FAILED;
}
