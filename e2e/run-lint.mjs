// `npm run lint`: ESLint project by project, format and unused code, two at a time, so that two cores have work and each step is seen.
// Files that were clean with the same imports and rules are not linted again; `--all` lints them too. Exit status 1 where there is a
// complaint.
import { fork, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { cacheFolder, cleanVerdicts, rememberVerdicts, verdictKeys } from './lint/verdicts.mjs';

const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

const isTest = (file) => /\.test\.ts$|\/test-kit\.ts$|\/testing\/|^sidecar\/tools\//.test(file);

/** A process each, which checks a program of TypeScript of its own. The slowest first. */
const PROJECTS = {
  sidecar: (file) => file.startsWith('sidecar/') && !isTest(file),
  e2e: (file) => file.startsWith('e2e/'),
  'sidecar tests': (file) => file.startsWith('sidecar/') && isTest(file),
  webhook: (file) => file.startsWith('webhook/'),
};

function sources() {
  return ['sidecar/src', 'sidecar/tools', 'webhook/src', 'e2e/src'].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map((path) => join(folder, path))
      .filter((path) => path.endsWith('.ts') && !path.includes('/testdata/') && statSync(path).isFile())
      .sort(),
  );
}

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

/** Resolves to the clean ones among `files`: none where the process ends without a word. */
function eslint(files) {
  return new Promise((resolve) => {
    let clean = [];
    const child = fork(join(import.meta.dirname, 'lint', 'eslint.mjs'));
    child.on('message', (message) => {
      clean = message;
    });
    child.on('close', () => resolve(clean));
    child.send(files);
  });
}

const all = process.argv.includes('--all');
const keys = verdictKeys(sources());
const remembered = cleanVerdicts();
const known = new Set(all ? [] : remembered);
const pending = [...keys.keys()].filter((file) => !known.has(keys.get(file)));
process.stdout.write(`eslint: ${pending.length} of ${keys.size} files changed, or import what changed\n`);

const clean = new Set([...keys.keys()].filter((file) => known.has(keys.get(file))));

const steps = [
  ...Object.entries(PROJECTS).map(([name, isMine]) => async () => {
    const files = pending.filter(isMine);
    if (files.length === 0) return true;
    const startedMs = Date.now();
    const passed = await eslint(files);
    for (const file of passed) clean.add(file);
    const ok = passed.length === files.length;
    process.stdout.write(`eslint of ${name}: ${ok ? 'ok' : 'FAILED'} in ${seconds(startedMs)}\n`);
    return ok;
  }),
  () =>
    tool('prettier', [
      ...['prettier', '--check', '--log-level', 'warn'],
      ...['--cache', '--cache-strategy', 'content', '--cache-location', join(cacheFolder(), 'prettier')],
      '.',
    ]),
  () => tool('knip', ['knip']),
];

const results = [];
async function lane() {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) results.push(await step());
}
await Promise.all([lane(), lane()]);

rememberVerdicts([...[...clean].map((file) => keys.get(file)), ...remembered]);
const unclean = [...keys.keys()].filter((file) => !clean.has(file));
process.exitCode = results.every(Boolean) && unclean.length === 0 ? 0 : 1;
