// `npm run lint`: ESLint room by room, with format and unused code beside it, so that two cores have work and each step is seen. Exit
// status 1 where one of them has a complaint.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ESLint } from 'eslint';

const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

function tool(name, args) {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const output = [];
    const child = spawn('npx', ['--no-install', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('close', (status) => {
      process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${seconds(startedMs)}\n`);
      if (status !== 0) process.stdout.write(Buffer.concat(output));
      resolve(status === 0);
    });
  });
}

/** The folders that are linted one after the other; what stands beside them in `src` goes first. */
function places() {
  return ['sidecar', 'webhook', 'e2e'].flatMap((workspace) => {
    const src = join(workspace, 'src');
    const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [`${src}/*.ts`, ...folders.map(({ name }) => join(src, name))];
  });
}

async function eslint() {
  const startedMs = Date.now();
  const linter = new ESLint({ errorOnUnmatchedPattern: false });
  const formatter = await linter.loadFormatter('stylish');
  let clean = true;
  for (const place of [...places(), 'sidecar/tools']) {
    const placeMs = Date.now();
    const results = await linter.lintFiles([place]);
    const faults = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
    process.stdout.write(`eslint ${place}: ${results.length} files in ${seconds(placeMs)}\n`);
    if (faults > 0) process.stdout.write(await formatter.format(results));
    clean &&= faults === 0;
  }
  process.stdout.write(`eslint: ${clean ? 'ok' : 'FAILED'} in ${seconds(startedMs)}\n`);
  return clean;
}

async function besides() {
  const format = await tool('prettier', ['prettier', '--check', '--log-level', 'warn', '.']);
  const unused = await tool('knip', ['knip']);
  return format && unused;
}

const results = await Promise.all([besides(), eslint()]);
process.exitCode = results.every(Boolean) ? 0 : 1;
