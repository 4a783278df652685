import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/guide/callers.md'), 'utf8');
const SIDECAR = join(ROOT, 'sidecar/dist/main.js');

function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );
}

describe('the page on callers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'callers-page-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function policy(...argv: readonly string[]): { readonly status: number | null; readonly said: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SIDECAR, 'policy', ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    });
    return { status, said: stdout + stderr };
  }

  function written(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  // The volume is a part of a pod.
  it.each(
    blocks('yaml').flatMap((text, index) => (text.startsWith('volumes:') ? [] : [[index, text] as const])),
  )('has a valid policy %i', (index, text) => {
    const { status, said } = policy('check', written(`policy-${index}.yaml`, text));
    expect(said).toContain(': valid;');
    expect(status).toBe(0);
  });

  it('has a traffic line that its first policy judges as it says, and not without the caller', () => {
    const [example = ''] = blocks('yaml');
    const [line = ''] = blocks('json');
    const value = JSON.parse(line) as Record<string, unknown>;
    const file = written('policy.yaml', example);
    const known = written('known.jsonl', JSON.stringify(value));
    const anonymous = written(
      'anonymous.jsonl',
      JSON.stringify({ ...value, caller: undefined, expect: { code: 'caller_not_verified' } }),
    );
    expect(policy('test', file, '--traffic', known)).toMatchObject({ status: 0 });
    expect(policy('test', file, '--traffic', anonymous)).toMatchObject({ status: 0 });
  });
});
