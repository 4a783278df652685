// Mutation tests of the rooms where a wrong verdict is a breach: mutants of a file must fail a test, at least `FLOOR` percent of them.
//
//   node e2e/hack/mutation/run.mjs [--room NAME] [--file PART] [--shard I/N]
//
// Prints each survivor as `file:line: text -> replacement`, and closes with `N killed, N survived, N equivalent` and the share. Exit status 1 where
// less than `FLOOR` percent are killed, those that `equivalent.mjs` names aside. A file is changed in place while its mutant runs, and restored.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { EQUIVALENT } from './equivalent.mjs';
import { mutantsOf } from './mutants.mjs';

/** What is mutated, and the tests that must notice: the quick ones first, since most mutants die there. */
const ROOMS = {
  controls: {
    folders: ['', 'action', 'egress', 'ingress', 'mcp'].map((name) => join('sidecar/src/controls', name)),
    tests: [
      'sidecar/src/controls/[^/]*$',
      'sidecar/src/controls/(action|mcp)/',
      'sidecar/src/pipeline/replay/parity',
    ],
  },
  'controls/stream': {
    folders: ['sidecar/src/controls/stream'],
    tests: [
      'sidecar/src/(controls/stream/(room|tolerance)|pipeline/replay/gemini-streams)',
      'sidecar/src/(controls/stream/guard|pipeline/reply/streamed-reply)',
      'sidecar/src/(pipeline/replay/parity|dialects/[a-z-]*/stream)',
    ],
  },
};

/** Percent of mutants that tests must kill. Raised as survivors get their tests, never lowered. */
const FLOOR = 80;

/** Beyond it, a mutant counts as killed: it loops. */
const TIMEOUT_MS = 300_000;

const { values } = parseArgs({
  options: { room: { type: 'string' }, file: { type: 'string' }, shard: { type: 'string', default: '1/1' } },
});

function sourcesOf(folders) {
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => values.file === undefined || path.includes(values.file));
}

function passes(tests) {
  return tests.every((pattern) => {
    const { status } = spawnSync(
      process.execPath,
      [
        '--experimental-vm-modules',
        'node_modules/jest/bin/jest.js',
        '--bail',
        '--forceExit',
        '--silent',
        pattern,
      ],
      { stdio: 'ignore', timeout: TIMEOUT_MS, env: { ...process.env, NODE_NO_WARNINGS: '1' } },
    );
    return status === 0;
  });
}

function lineAt(source, line) {
  return (source.split('\n')[line - 1] ?? '').trim();
}

const total = { killed: 0, survived: 0, equivalent: 0 };
const [shard, shards] = values.shard.split('/').map(Number);
const used = new Set();
let count = 0;

function run(path, source, mutant, tests) {
  const line = lineAt(source, mutant.line);
  const known = EQUIVALENT.find((row) => row.file === path && row.line === line && row.text === mutant.text);
  if (known !== undefined) {
    used.add(known);
    total.equivalent += 1;
    return;
  }
  if (count++ % shards !== shard - 1) return;
  writeFileSync(path, source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end));
  const survived = passes(tests);
  writeFileSync(path, source);
  total[survived ? 'survived' : 'killed'] += 1;
  if (survived) process.stdout.write(`${path}:${mutant.line}: ${mutant.text} -> ${mutant.replacement}\n`);
}

for (const [name, { folders, tests }] of Object.entries(ROOMS)) {
  if (values.room !== undefined && values.room !== name) continue;
  if (!passes(tests)) throw new Error(`the tests of ${name} fail without a mutant`);
  for (const path of sourcesOf(folders)) {
    const source = readFileSync(path, 'utf8');
    const restore = () => {
      writeFileSync(path, source);
      process.exit(1);
    };
    process.once('SIGINT', restore).once('SIGTERM', restore);
    for (const mutant of mutantsOf(path, source)) run(path, source, mutant, tests);
    process.off('SIGINT', restore).off('SIGTERM', restore);
  }
}

const stale =
  values.room === undefined && values.file === undefined ? EQUIVALENT.filter((row) => !used.has(row)) : [];
for (const { file, line } of stale)
  process.stdout.write(`equivalent.mjs names what is not there: ${file}: ${line}\n`);
process.stdout.write(`${total.killed} killed, ${total.survived} survived, ${total.equivalent} equivalent\n`);
const share = (100 * total.killed) / Math.max(1, total.killed + total.survived);
process.stdout.write(`${share.toFixed(1)} % killed, floor ${FLOOR} %\n`);
process.exitCode = share >= FLOOR && stale.length === 0 ? 0 : 1;
