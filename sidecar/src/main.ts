#!/usr/bin/env node
import { startSidecar } from './start.ts';
import { UsageError } from './commands/flags/flags.ts';
import { programWord } from './commands/flags/program.ts';
import { VERSION } from './version.ts';

const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  /** Opened where a command reads it. */
  get stdin() {
    return process.stdin;
  },
};

try {
  const program = {
    name: 'llm-boundary-sidecar',
    version: () => VERSION,
    commands: ['policy', 'callers'],
    elsewhere: new Map([['audit', 'llm-boundary-audit']]),
  };
  const word = programWord(program, process.argv.slice(2));
  const [first, ...rest] = word.kind === 'run' ? word.argv : [];
  if (word.kind === 'version') process.stdout.write(word.text);
  else if (first === 'policy') {
    // Not loaded where a pod starts.
    const { runPolicyCommand } = await import('./commands/policy/command.ts');
    process.exitCode = await runPolicyCommand(rest, io);
  } else if (first === 'callers') {
    const { runCallersCommand } = await import('./commands/callers/command.ts');
    process.exitCode = await runCallersCommand(rest, io);
  } else process.exitCode = await startSidecar(word.argv, process.env);
} catch (error) {
  process.stderr.write(`llm-boundary-sidecar: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
