import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { identityFrom } from '../record/identity.ts';
import { parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { collect } from '../verify/collect.ts';
import type { Report } from '../verify/report.ts';
import { verifyFiles } from '../verify/verify.ts';
import type { AuditLog } from './audit-log.ts';
import { nodeDisk } from './file/disk.ts';
import { createLedger } from './ledger.ts';
import { until } from '../../testing/until.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retention-'));
});
afterEach(() => rm(dir, { recursive: true }));

const MIB = 1024 * 1024;

async function logFiles(): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
}

interface Folder {
  readonly prunes?: boolean;
  /** What every sink outside of the pod has. */
  readonly delivered?: (file: string) => boolean;
  /** What each file of the log is said to take. */
  readonly fileMib?: number;
  readonly fileBytes?: number;
  readonly removeFails?: boolean;
  readonly measured?: (bytes: number, limitBytes: number) => void;
  readonly failed?: () => void;
}

/** A log in a folder of 64 MiB, in files of two lines or so: pruned above 32 MiB, refused above 48 MiB. */
function open({
  prunes = true,
  delivered = (): boolean => false,
  fileMib = 10,
  fileBytes = 2_000,
  removeFails = false,
  measured,
  failed,
}: Folder = {}): Promise<AuditLog> {
  return createLedger({
    dir,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: {
      auditLag: () => undefined,
      auditError: failed ?? ((): void => undefined),
      auditBytes: measured ?? ((): void => undefined),
    },
    prunes: () => prunes,
    delivered,
    disk: {
      ...nodeDisk,
      usedBytes: async () => (await logFiles()).length * fileMib * MIB,
      remove: (path) => (removeFails ? Promise.reject(new Error('EIO')) : nodeDisk.remove(path)),
    },
    limits: { volumeBytes: 64 * MIB, fileBytes, checkpointMs: 0, waitMs: 30_000 },
  });
}

async function write(log: AuditLog, records: number): Promise<void> {
  for (let index = 0; index < records; index += 1) await log.record(null, sampleDecision(), true);
}

async function verify(log: AuditLog): Promise<Report> {
  const verifier = parseVerifier(log.key);
  return verifyFiles(await collect([dir]), { keys: verifier === null ? [] : [verifier], live: false });
}

describe('a folder that is nearly full', () => {
  it('is kept whole under `refuse`, and no exchange starts', async () => {
    const log = await open({ prunes: false });
    // The folder is measured once a second.
    await expect(write(log, Number.POSITIVE_INFINITY)).rejects.toThrow();
    expect(log.healthy()).toBe(false);
    const kept = await logFiles();
    await log.close();
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect((await verify(log)).exit).toBe(0);
  });

  it('loses its oldest files, on the record', async () => {
    const log = await open();
    // Where writing takes longer than a second, the folder is measured in between, and records are refused until files have gone.
    await write(log, 60).catch(() => undefined);
    await until('three files at most', logFiles, ({ length }) => length <= 3);
    await log.close();
    const report = await verify(log);
    expect(await logFiles()).not.toContainEqual(expect.stringMatching(/-000000\.jsonl$/));
    expect(report.problems).toEqual([]);
    expect(report.exit).toBe(0);
    expect(report.remarks).toContainEqual(expect.stringMatching(/lines were pruned, as the record says/));
  });

  it.each([true, false])(
    'loses what was delivered first, whatever policy says of the rest (prune: %s)',
    async (prunes) => {
      const isDelivered = (file: string): boolean => file.endsWith('-000000.jsonl');
      const log = await open({ prunes, delivered: isDelivered, fileMib: 9 });
      await write(log, 14).catch(() => undefined);
      await until('the delivered file is gone', logFiles, (names) => !names.some(isDelivered));
      await log.close();
      const report = await verify(log);
      expect(report.problems).toEqual([]);
      expect(report.exit).toBe(0);
      expect(report.remarks).toContainEqual(expect.stringMatching(/lines were pruned, as the record says/));
    },
  );

  it('keeps undelivered files under `refuse`', async () => {
    const log = await open({ prunes: false, delivered: (file) => file.endsWith('-000000.jsonl') });
    await expect(write(log, Number.POSITIVE_INFINITY)).rejects.toThrow();
    const kept = await until(
      'the delivered file is gone',
      logFiles,
      ([oldest]) => oldest?.endsWith('-000000.jsonl') === false,
    );
    await log.close();
    expect(kept[0]).toMatch(/-000001\.jsonl$/);
    expect((await verify(log)).exit).toBe(0);
  });

  it('loses the logs of earlier processes first', async () => {
    const fileBytes = MIB;
    const first = await open({ fileMib: 1, fileBytes });
    await write(first, 1);
    await first.close();
    const older = await logFiles();
    const second = await open({ fileMib: 20, fileBytes });
    await write(second, 1);
    await until('the older file is gone', logFiles, (names) => !names.includes(older[0] ?? ''));
    await second.close();
    const report = await verify(second);
    expect(report.problems).toEqual([]);
    expect(report.remarks).toContainEqual(expect.stringMatching(/was pruned, as the record says/));
  });

  it('shows a file that was removed from outside as missing', async () => {
    const log = await open({ fileMib: 1 });
    await write(log, 20);
    await log.close();
    await rm(join(dir, (await logFiles())[0] ?? ''));
    expect((await verify(log)).exit).toBe(3);
  });

  it('is no loss where the file could not be removed: it is counted and tried again', async () => {
    let faults = 0;
    const log = await open({ fileMib: 9, removeFails: true, failed: () => (faults += 1) });
    await write(log, 12).catch(() => undefined);
    await until('a fault', () => faults);
    await log.close();
    expect((await verify(log)).problems).toEqual([]);
  });

  it('is measured, so that an alert can come before', async () => {
    const seen: (readonly [number, number])[] = [];
    const log = await open({ fileMib: 3, measured: (...each) => seen.push(each) });
    await write(log, 1);
    await until('a measurement', () => seen[0]);
    await log.close();
    expect(seen).toContainEqual([3 * MIB, 64 * MIB]);
  });
});
