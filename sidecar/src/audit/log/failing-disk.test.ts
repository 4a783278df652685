import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { AppendFile, Synced, Written } from './file/append-file.ts';
import { nodeDisk, type Disk } from './file/disk.ts';
import { createLedger } from './ledger.ts';
import { sampleDecision } from '../record/sample.ts';
import { isDecision, parseLine, type Line } from '../record/schema.ts';
import type { AuditUnavailable } from './unavailable.ts';
import { kinds, LedgerFolder, linesIn } from './testing/ledger-folder.ts';

const folder = new LedgerFolder();

/** A disk whose next calls go wrong in one way. */
class FaultyDisk implements Disk {
  fault: Fault | null = null;
  free = Number.MAX_SAFE_INTEGER;
  held: (() => void) | null = null;

  prepare(path: string): Promise<void> {
    return nodeDisk.prepare(path);
  }
  freeBytes(): Promise<number> {
    return Promise.resolve(this.free);
  }
  usedBytes(): Promise<number> {
    return Promise.resolve(0);
  }
  remove(path: string): Promise<void> {
    return nodeDisk.remove(path);
  }
  async create(path: string): Promise<AppendFile> {
    if (this.fault === 'create fails') throw new Error('EIO');
    const file = await nodeDisk.create(path);
    return {
      name: path,
      append: (data, done) => this.#append(file, data, done),
      sync: (done) => this.#sync(file, done),
      close: () => (this.fault === 'close fails' ? Promise.reject(new Error('EIO')) : file.close()),
    };
  }
  #append(file: AppendFile, data: Buffer, done: Written): void {
    if (this.fault === 'write fails') done(new Error('ENOSPC'), 0);
    else if (this.fault === 'write fails but persists') file.append(data, () => done(new Error('EIO'), 0));
    else if (this.fault === 'write is short') file.append(data.subarray(0, data.length >> 1), done);
    else if (this.fault === 'write hangs') this.held = () => file.append(data, done);
    else file.append(data, done);
  }
  #sync(file: AppendFile, done: Synced): void {
    if (this.fault === 'sync fails') done(new Error('EIO'));
    else if (this.fault === 'sync fails but persists') file.sync(() => done(new Error('EIO')));
    else file.sync(done);
  }
}

type Fault =
  | 'create fails'
  | 'close fails'
  | 'write fails'
  | 'write fails but persists'
  | 'write is short'
  | 'write hangs'
  | 'sync fails'
  | 'sync fails but persists';

describe('a disk that fails', () => {
  it.each<{ fault: Fault; fileBytes?: number; persists: boolean }>([
    { fault: 'write fails', persists: false },
    { fault: 'write fails but persists', persists: true },
    { fault: 'write is short', persists: false },
    { fault: 'sync fails', persists: true },
    { fault: 'sync fails but persists', persists: true },
    { fault: 'create fails', fileBytes: 2_000, persists: true },
    { fault: 'close fails', fileBytes: 2_000, persists: true },
  ])('$fault: nothing is acknowledged any more, nothing is retried, the file still verifies', async (row) => {
    const disk = new FaultyDisk();
    const faults: AuditUnavailable[] = [];
    const { counts, ...rest } = folder.options({
      disk,
      broke: (fault) => faults.push(fault),
      limits: row.fileBytes === undefined ? {} : { fileBytes: row.fileBytes },
    });
    const log = await createLedger(rest);
    await log.record(null, sampleDecision({ exchange: 'before' }), true);
    disk.fault = row.fault;
    const outcomes: PromiseSettledResult<null>[] = [];
    const during = Array.from(
      { length: 10 },
      (_, index) => () => log.record(null, sampleDecision({ exchange: `during-${index}` }), true),
    );
    // One after the other for the faults at a file's border, which come after the acknowledgement of the file's last record.
    if (row.fileBytes === undefined)
      outcomes.push(...(await Promise.allSettled(during.map((begin) => begin()))));
    else for (const begin of during) outcomes.push(...(await Promise.allSettled([begin()])));
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { fault: 'broken' } });
    disk.fault = null;
    await expect(log.record(null, sampleDecision({ exchange: 'after' }), true)).rejects.toMatchObject({
      fault: 'broken',
    });
    await expect(log.record('subject', sampleDecision({ exchange: 'after' }), false)).resolves.toBe(
      'subject',
    );
    expect(log.healthy()).toBe(false);
    expect(faults).toHaveLength(1);
    expect(counts.errors).toBeGreaterThan(1);
    await log.close();

    const names = (await readdir(folder.dir)).filter((name) => name.endsWith('.jsonl')).sort();
    const text = (await Promise.all(names.map((name) => readFile(join(folder.dir, name), 'utf8')))).join('');
    const ids = [...text.matchAll(/"exchange":"([^"]+)"/g)].map((match) => match[1]);
    expect(ids).toContain('before');
    expect(ids).not.toContain('after');
    const acknowledged = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [`during-${index}`] : [],
    );
    expect(ids).toEqual(expect.arrayContaining(acknowledged));
    expect(ids.includes('during-0')).toBe(row.persists || row.fault === 'write is short');
    expect(await folder.exitOf(log)).toBe(4);

    const next = await createLedger(folder.options());
    await next.record(null, sampleDecision({ exchange: 'again' }), true);
    await next.close();
    expect(kinds(await readableLines()).includes('recovered')).toBe(true);
    expect(await folder.exitOf(next)).toBe(0);
  });

  async function readableLines(): Promise<readonly Line[]> {
    const names = (await readdir(folder.dir)).filter((name) => name.endsWith('.jsonl')).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(folder.dir, name), 'utf8')));
    return texts.flatMap((text) => text.split('\n')).flatMap((text) => parseLine(text) ?? []);
  }

  it('hangs: waiters time out, the queue is bounded, and later writes still verify', async () => {
    const disk = new FaultyDisk();
    const log = await createLedger(folder.options({ disk, limits: { waitMs: 30, queueRecords: 8 } }));
    disk.fault = 'write hangs';
    const waits = Array.from({ length: 8 }, () => log.record(null, sampleDecision(), true));
    await expect(log.record(null, sampleDecision(), true)).rejects.toMatchObject({ fault: 'full' });
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    await expect(waits[0]).rejects.toMatchObject({ fault: 'slow' });
    disk.fault = null;
    disk.held?.();
    await log.close();
    expect((await linesIn(folder.dir)).filter(isDecision)).toHaveLength(8);
    expect(await folder.exitOf(log)).toBe(0);
  });

  it('runs full: nothing new begins, but refusals and ends are recorded; and it recovers', async () => {
    const disk = new FaultyDisk();
    disk.free = 1_000;
    const log = await createLedger(folder.options({ disk }));
    expect(log.healthy()).toBe(false);
    await expect(log.record(null, sampleDecision(), true)).rejects.toMatchObject({ fault: 'disk_low' });
    await log.record(null, sampleDecision({ verdict: 'block', code: 'audit_unavailable' }), true);
    await log.record(null, sampleDecision({ kind: 'close' }), true);
    disk.free = 1e12;
    for (;;) {
      if (log.healthy()) break;
      await log.record(null, sampleDecision(), true).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await log.record(null, sampleDecision(), true);
    await log.close();
    expect(await folder.exitOf(log)).toBe(0);
  });
});
