#!/usr/bin/env node
// Runs the suites of the rooms below, and fails if they cover less of their own room than its floor: one or two percentage points below the
// measured coverage. A floor is raised with the tests, and lowered with a reason. Coverage does not prove that a test would detect a fault;
// the mutation tests (../mutation) do, for controls and the stream guard.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** By room of sidecar/src: least per cent of lines and of branches, by the room's own suites and those of the rooms in the list. */
const FLOORS = {
  exchange: { lines: 97, branches: 91 },
  'http/head': { lines: 87, branches: 83 },
  'policy/patterns': { lines: 81, branches: 96 },
  callers: { lines: 98, branches: 94 },
  controls: { lines: 80, branches: 91 },
  'controls/stream': { lines: 95, branches: 91 },
  forward: { lines: 94, branches: 85 },
  telemetry: { lines: 95, branches: 87 },
  'http/body': { lines: 90, branches: 86 },
  'http/sockets': { lines: 93, branches: 80 },
  'policy/kinds': { lines: 98, branches: 90 },
  'policy/document': { lines: 95, branches: 86 },
  'policy/files': { lines: 97, branches: 92 },
  'policy/compile': { lines: 97, branches: 88 },
  'commands/flags': { lines: 98, branches: 85 },
  'pipeline/inspect': { lines: 80, branches: 88 },
  'pipeline/models': { lines: 92, branches: 79 },
  'pipeline/context': { lines: 81, branches: 69 },
  'audit/record': { lines: 95, branches: 92 },
  'audit/ship': { lines: 97, branches: 87 },
  'audit/anchor': { lines: 99, branches: 90 },
};

/** The most specific room that a file is of; a room inside another has a floor of its own. */
function roomOf(file) {
  const rooms = Object.keys(FLOORS).filter((room) => file.includes(`/sidecar/src/${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-coverage-'));
const { status } = spawnSync(
  process.execPath,
  [
    ...[
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--forceExit',
      '--selectProjects=sidecar',
    ],
    ...[
      '--coverage',
      '--coverageProvider=v8',
      '--coverageReporters=json-summary',
      '--coverageDirectory',
      folder,
    ],
    ...['--testPathPatterns', `sidecar/src/(${Object.keys(FLOORS).join('|')})/`],
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
);
const summary = JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8'));
rmSync(folder, { recursive: true });

let ok = status === 0;
for (const [room, floor] of Object.entries(FLOORS)) {
  const files = Object.entries(summary).filter(([file]) => roomOf(file) === room);
  for (const [kind, least] of Object.entries(floor)) {
    const sum = (count) => files.reduce((total, [, counts]) => total + counts[kind][count], 0);
    // A room without files, as after a move, fails.
    const percent = files.length === 0 ? 0 : (100 * sum('covered')) / sum('total');
    const isLow = percent < least;
    process.stdout.write(
      `${room}: ${percent.toFixed(1)} % of ${kind}, floor ${least}${isLow ? ': TOO LOW' : ''}\n`,
    );
    ok &&= !isLow;
  }
}
process.exitCode = ok ? 0 : 1;
