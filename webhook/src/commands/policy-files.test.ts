import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { UsageError } from '@llm-boundary/sidecar/flags';

import { textOf } from './policy-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'policy-files-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe('textOf', () => {
  it.each<[what: string, file: string, reason: string]>([
    ['a file that is not there', join(dir, 'none'), 'there is no such file'],
    ['a folder', dir, 'expected a file that can be read'],
  ])('names the flag and %s', (_what, file, reason) => {
    const read = (): unknown => textOf('--policy', file);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`--policy ${JSON.stringify(file)}: ${reason}`);
  });

  it('reads a file', () => {
    const file = join(dir, 'policy.yaml');
    writeFileSync(file, 'version: 1\n');
    expect(textOf('--policy', file)).toBe('version: 1\n');
  });
});
