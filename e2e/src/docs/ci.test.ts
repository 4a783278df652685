import { readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);
function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The commands of the suites of `.ci/run`, without their names. */
const suites = [...read('.ci/run').matchAll(/^(?:suite|beside) '[^']+' (.+)$/gm)].map(
  ([, command = '']) => command,
);
const workflow = read('.github/workflows/ci.yaml');

it('.ci/run has suites', () => {
  expect(suites.length).toBeGreaterThan(3);
});

it.each(suites)('the workflow runs `%s` as .ci/run does', (command) => {
  const steps = [...workflow.matchAll(/^ +- run: (.+)$/gm)].map(([, step = '']) => step);
  expect(steps.filter((step) => step === command || step.endsWith(` ${command}`))).not.toHaveLength(0);
});
