import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { nodeDisk } from './disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the folder of the audit log', () => {
  // Where mkdir(2) says ENOENT though the parent is there, `recursive` of Node would try for ever.
  it('cannot be made in /proc, and that is said', async () => {
    await expect(nodeDisk.prepare('/proc/llm-boundary/audit')).rejects.toThrow('/proc/llm-boundary');
  });

  it('cannot be made where a file is', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(nodeDisk.prepare(join(folder, 'file'))).rejects.toThrow('EEXIST');
    await expect(nodeDisk.prepare(join(folder, 'file/below'))).rejects.toThrow('EEXIST');
  });

  it('is made with what is above it, for this process alone, and may be there', async () => {
    const path = join(folder, 'a/b');
    await nodeDisk.prepare(path);
    await nodeDisk.prepare(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});
