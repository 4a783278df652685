#!/usr/bin/env node
// A file that is there before the build, so that npm can link the command at install time.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('llm-boundary-webhook: not built yet; run "npm run build" in the clone\n');
  process.exitCode = 1;
}
