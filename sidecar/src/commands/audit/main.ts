#!/usr/bin/env node
import type { Output } from './commands.ts';
import { versionIn } from '../flags/program.ts';
import { runAuditCommand } from './run.ts';

// A reader may close the pipe early (`… | head`), which is no fault.
process.stdout.on('error', () => process.exit());

const output: Output = {
  out: (text) => process.stdout.write(text + '\n'),
  err: (text) => process.stderr.write(text + '\n'),
  raw: (bytes) =>
    new Promise((resolve) => {
      if (process.stdout.write(bytes)) resolve();
      else process.stdout.once('drain', resolve);
    }),
};

process.exitCode = await runAuditCommand(process.argv.slice(2), process.env, output, () =>
  versionIn(new URL('../../../package.json', import.meta.url)),
);
