// The README's test command: types, lint, unused code, format and every jest suite, closed by the line `N passed, N failed, N skipped`.
// Plain JavaScript on purpose: it must run before anything is built.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command, whose output is shown at once where nothing runs beside it, and at its end otherwise. */
function step(name, command, args, { env = {}, beside = false } = {}) {
  const startedMs = Date.now();
  process.stdout.write(`== ${name}\n`);
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(command, args, {
      stdio: beside ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(output));
      process.stdout.write(
        `== ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - startedMs) / 1000)} s\n`,
      );
      resolve(status === 0);
    });
  });
}

/** Steps one after the other, beside those of another lane: each takes one core. */
async function lane(...steps) {
  const results = [];
  for (const [name, command, ...args] of steps)
    results.push(await step(name, command, args, { beside: true }));
  return results;
}

const LINT = join(import.meta.dirname, 'run-lint.mjs');
const [[types, page, typed], [plain]] = await Promise.all([
  lane(
    ['types', 'npx', '--no-install', 'tsc', '-b'],
    ['page', process.execPath, 'webhook/page/build.mjs'],
    // Rules that need types read what the first step has built.
    ['lint with types', process.execPath, LINT, 'oxlint', 'knip'],
  ),
  lane(['lint', process.execPath, LINT, 'prettier', 'eslint']),
]);
for (const ok of [types, page, typed && plain]) total[ok ? 'passed' : 'failed'] += 1;

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-test-'));
const results = join(folder, 'jest.json');
// A suite that failed half-way may leave a process behind; the run must end all the same.
const jestOk = await step(
  'jest',
  process.execPath,
  [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--forceExit',
    // One worker more than cores: suites wait for processes, timers and the disk in an eighth of their time.
    `--maxWorkers=${availableParallelism() + 1}`,
    '--json',
    `--outputFile=${results}`,
    ...process.argv.slice(2),
  ],
  { env: { NODE_NO_WARNINGS: '1' } },
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
