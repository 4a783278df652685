#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import type { Output } from './commands.ts';
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

/** Of this package. */
function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

process.exitCode = await runAuditCommand(process.argv.slice(2), process.env, output, version);
