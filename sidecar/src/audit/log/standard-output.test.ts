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
import { createCopy, standardOutput } from './standard-output.ts';
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

describe('createCopy', () => {
  it('drops batches above the limit and after a fault, and reports each', async () => {
    let done: ((fault: Error | null, bytes: number) => void) | null = null;
    const taken: string[] = [];
    const slow: AppendFile = {
      ...standardOutput(),
      append: (data, written) => {
        taken.push(data.toString());
        done = written;
      },
    };
    let dropped = 0;
    const copy = createCopy(slow, 10, () => (dropped += 1));
    copy.push(Buffer.from('aaaa'));
    copy.push(Buffer.from('bbbb'));
    copy.push(Buffer.from('cccc'));
    expect([dropped, taken]).toEqual([1, ['aaaa']]);
    const step = (fault: Error | null): void => done?.(fault, 4);
    step(null);
    expect(taken).toEqual(['aaaa', 'bbbb']);
    copy.push(Buffer.from('dddd'));
    const drained = copy.drain();
    step(new Error('EPIPE'));
    await drained;
    copy.push(Buffer.from('eeee'));
    expect([dropped, taken]).toEqual([3, ['aaaa', 'bbbb']]);
  });
});

describe('a log on standard output', () => {
  const options = (folder: string | null, fd: number): Parameters<typeof createLedger>[0] => ({
    dir: folder,
    stdout: true,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    output: standardOutput(fd),
    limits: { waitMs: 30_000 },
  });

  it.each([
    ['alone', false],
    ['beside files', true],
  ])('%s, verifies from a copy', async (_name, files) => {
    const path = join(dir, 'out.log');
    const fd = fs.openSync(path, 'a');
    const log = await createLedger(options(files ? join(dir, 'logs') : null, fd));
    expect(log.commitments === null).toBe(!files);
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
});
