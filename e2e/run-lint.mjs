// `npm run lint`: rules that need types (oxlint), the other rules and the walls between rooms (ESLint), format and unused code, two at a
// time, so that two cores have work and each step is seen. With names of steps it runs these alone. Exit status 1 where there is a complaint.
import { spawn } from 'node:child_process';

/** The slowest first. */
const STEPS = {
  prettier: ['prettier', '--check', '--log-level', 'warn', '--cache', '--cache-strategy', 'content', '.'],
  eslint: ['eslint', '.'],
  oxlint: ['oxlint', '.'],
  knip: ['knip'],
};

function run([name, args]) {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const output = [];
    const child = spawn('npx', ['--no-install', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('close', (status) => {
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${seconds} s\n`);
      if (status !== 0) process.stdout.write(Buffer.concat(output));
      resolve(status === 0);
    });
  });
}

const wanted = process.argv.slice(2);
for (const name of wanted) if (!(name in STEPS)) throw new Error(`no such step: ${name}`);
const steps = Object.entries(STEPS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
process.stdout.write(`lint: ${steps.map(([name]) => name).join(', ')}\n`);

const results = [];
async function lane() {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) results.push(await run(step));
}
await Promise.all([lane(), lane()]);
process.exitCode = results.every(Boolean) ? 0 : 1;
