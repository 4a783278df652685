// The README's test command: types, lint, unused code, format and every jest suite, closed by the line `N passed, N failed, N skipped`.
// Plain JavaScript on purpose: it must run before anything is built.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const total = { passed: 0, failed: 0, skipped: 0 };

function step(name, command, args, env = {}) {
  const startedMs = Date.now();
  process.stdout.write(`== ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  process.stdout.write(
    `== ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - startedMs) / 1000)} s\n`,
  );
  return status === 0;
}

for (const [name, command, args] of [
  ['types', 'npx', ['--no-install', 'tsc', '-b']],
  ['page', process.execPath, ['webhook/page/build.mjs']],
  ['lint', process.execPath, [join(import.meta.dirname, 'run-lint.mjs')]],
]) {
  total[step(name, command, args) ? 'passed' : 'failed'] += 1;
}

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-test-'));
const results = join(folder, 'jest.json');
// A suite that failed half-way may leave a process behind; the run must end all the same.
const jestOk = step(
  'jest',
  process.execPath,
  [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--forceExit',
    // By default one core stays idle.
    '--maxWorkers=100%',
    '--json',
    `--outputFile=${results}`,
    ...process.argv.slice(2),
  ],
  { NODE_NO_WARNINGS: '1' },
);
try {
  const report = JSON.parse(readFileSync(results, 'utf8'));
  total.passed += report.numPassedTests;
  // A suite that cannot even be loaded has no failed test in it, and must not be overlooked.
  total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  total.skipped += report.numPendingTests + report.numTodoTests;
} catch {
  total.failed += 1;
}
if (!jestOk && total.failed === 0) total.failed += 1;
rmSync(folder, { recursive: true, force: true });

process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
