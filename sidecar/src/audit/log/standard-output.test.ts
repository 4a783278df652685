import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { AppendFile } from './file/append-file.ts';
import { identityFrom } from '../record/identity.ts';
import { createLedger } from './ledger.ts';
import { parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { standardOutput } from './standard-output.ts';
import { verifyLogCopy } from '../verify/verify.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Appends and waits. */
function append(file: AppendFile, data: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    file.append(data, (fault, bytes) => {
      if (fault === null) resolve(bytes);
      else reject(fault);
    });
  });
}

describe('standardOutput', () => {
  it('tells a fault', async () => {
    const fd = fs.openSync(join(dir, 'file'), 'w');
    fs.closeSync(fd);
    await expect(append(standardOutput(fd), Buffer.from('x'))).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('waits for the reader of a pipe that does not block, and loses nothing', async () => {
    const path = join(dir, 'pipe');
    spawnSync('mkfifo', [path]);
    const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    const data = Buffer.alloc(1_000_000, 'abcdefghij');
    const taken = append(standardOutput(fd), data);
    const parts: Buffer[] = [];
    const read = promisify(fs.read);
    for (let length = 0; length < data.length;) {
      const { bytesRead, buffer } = await read(fd, Buffer.alloc(50_000), 0, 50_000, null).catch(() => ({
        bytesRead: 0,
        buffer: Buffer.alloc(0),
      }));
      parts.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (bytesRead === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await taken).toBe(data.length);
    expect(Buffer.concat(parts).equals(data)).toBe(true);
    fs.closeSync(fd);
  });
});

it('a log on standard output alone verifies from a copy', async () => {
  const path = join(dir, 'out.log');
  const fd = fs.openSync(path, 'a');
  const log = await createLedger({
    dir: null,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    output: standardOutput(fd),
    limits: { waitMs: 30_000 },
  });
  expect(log.commitments).toBeNull();
  for (let index = 0; index < 20; index += 1) {
    await log.record(null, sampleDecision(), true);
    if (index % 5 === 0) fs.appendFileSync(path, `some other line ${index}\n`);
  }
  await log.close();
  const key = parseVerifier(log.key);
  const report = await verifyLogCopy(path, { keys: key === null ? [] : [key], live: false });
  expect(report).toMatchObject({ exit: 0, logs: [{ records: 20, end: 'sealed' }] });
  expect(await readFile(path, 'utf8')).toContain('some other line 15');
  fs.closeSync(fd);
});
