#!/usr/bin/env node
import { startSidecar } from './start.ts';
import { UsageError } from './commands/flags/flags.ts';

const [first, ...rest] = process.argv.slice(2);
const io = { stdout: process.stdout, stderr: process.stderr, env: process.env };

try {
  if (first === 'policy') {
    // Not loaded where a pod starts.
    const { runPolicyCommand } = await import('./commands/policy/command.ts');
    process.exitCode = await runPolicyCommand(rest, io);
  } else process.exitCode = await startSidecar(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`llm-boundary-sidecar: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
