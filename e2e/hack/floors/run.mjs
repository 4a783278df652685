#!/usr/bin/env node
// Runs the unit suites of sidecar and webhook, and fails if a room (eslint.rooms.mjs) is covered less than its floor in floors.json: the
// coverage once measured, less two percentage points. A floor is raised with the tests (`--write`), and lowered with a reason; a room
// without a floor fails too. Coverage does not prove that a test would detect a fault; the mutation tests (../mutation) do, for controls and
// the stream guard.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

import { ROOMS, roomOf } from '../../../eslint.rooms.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
const FLOORS = join(import.meta.dirname, 'floors.json');
const MARGIN = 2;
const NO_SOURCE = ['**/*.test.ts', '**/test-kit.ts', '**/testing/**', '**/testdata/**', '**/fixtures.ts'];

/** A file that compiles to nothing: no suite can load it. */
function isTypesAlone(file) {
  const compiled = file.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
  return (
    existsSync(compiled) &&
    /^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*export \{\};\s*(?:\/\/[^\n]*)?\s*$/.test(readFileSync(compiled, 'utf8'))
  );
}

/** Covered and all lines and branches of each room, summed over its files; no entry for a room that holds only rooms. */
function measure(summary) {
  const rooms = new Map();
  for (const [file, counts] of Object.entries(summary)) {
    const path = relative(ROOT, file);
    const source = Object.keys(ROOMS).find((each) => path.startsWith(`${each}/`));
    const room = source && roomOf(ROOMS[source], path.slice(source.length + 1));
    if (!room || isTypesAlone(file)) continue;
    const key = `${source.split('/')[0]}/${room}`;
    const sums = rooms.get(key) ?? { lines: [0, 0], branches: [0, 0] };
    for (const [kind, sum] of Object.entries(sums)) {
      sum[0] += counts[kind].covered;
      sum[1] += counts[kind].total;
    }
    rooms.set(key, sums);
  }
  return rooms;
}

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-coverage-'));
const { status } = spawnSync(
  process.execPath,
  [
    ...['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--forceExit'],
    ...['--selectProjects', 'sidecar', 'webhook', '--maxWorkers', '2'],
    ...['--coverage', '--coverageProvider=v8', '--coverageReporters=json-summary'],
    ...['--coverageDirectory', folder],
    // Files that no suite loads count too, with nothing covered.
    ...['sidecar', 'webhook'].map((each) => `--collectCoverageFrom=${each}/src/**/*.ts`),
    ...NO_SOURCE.map((pattern) => `--collectCoverageFrom=!${pattern}`),
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1', WORKER_MEMORY: '800MB' } },
);
const measured = measure(JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8')));
rmSync(folder, { recursive: true });

const percent = ([covered, total]) => (total === 0 ? 100 : (100 * covered) / total);
let ok = status === 0;
if (process.argv.includes('--write')) {
  const floors = {};
  for (const [room, sums] of [...measured].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const floor = (sum) => Math.max(0, Math.floor(percent(sum) - MARGIN));
    floors[room] = { lines: floor(sums.lines), branches: floor(sums.branches) };
  }
  writeFileSync(FLOORS, `${JSON.stringify(floors, null, 2)}\n`);
}
const floors = JSON.parse(readFileSync(FLOORS, 'utf8'));
const rooms = ['sidecar/src', 'webhook/src'].flatMap((source) =>
  Object.keys(ROOMS[source]).map((room) => `${source.split('/')[0]}/${room}`),
);
for (const room of new Set([...rooms, ...Object.keys(floors), ...measured.keys()])) {
  const floor = floors[room];
  const sums = measured.get(room);
  if (!floor && !sums) continue;
  if (!floor || !sums) {
    process.stdout.write(`${room}: ${floor ? 'a floor without files' : 'no floor'}\n`);
    ok = false;
    continue;
  }
  for (const kind of ['lines', 'branches']) {
    const isLow = percent(sums[kind]) < floor[kind];
    process.stdout.write(
      `${room}: ${percent(sums[kind]).toFixed(1)} % of ${kind}, floor ${floor[kind]}${isLow ? ': TOO LOW' : ''}\n`,
    );
    ok &&= !isLow;
  }
}
process.exitCode = ok ? 0 : 1;
