import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GUIDE = join(ROOT, 'docs/guide');
const SIDECAR = join(ROOT, 'sidecar/dist/main.js');

/** Their own tests do more than to check the policies. */
const PAGES_WITH_TESTS = ['agents.md', 'callers.md', 'cookbook.md'];

/** Every whole policy on another page of the guide, with its place. */
const POLICIES = readdirSync(GUIDE)
  .filter((name) => name.endsWith('.md') && !PAGES_WITH_TESTS.includes(name))
  .flatMap((page) =>
    [...readFileSync(join(GUIDE, page), 'utf8').matchAll(/^```yaml\n(version: 1\n[\s\S]*?)^```$/gm)].map(
      ({ 1: policy = '' }, index) => [`${page}, policy ${index + 1}`, policy] as const,
    ),
  );

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-policies-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('finds the policies of the pages', () => {
  expect(POLICIES.map(([place]) => place)).toContain('migrate.md, policy 3');
});

it.each(POLICIES)('%s is valid', (_place, policy) => {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, policy);
  const { status, stdout, stderr } = spawnSync(process.execPath, [SIDECAR, 'policy', 'check', file], {
    encoding: 'utf8',
  });
  expect(`${status} ${stdout}${stderr}`).toMatch(/^0 /);
});
