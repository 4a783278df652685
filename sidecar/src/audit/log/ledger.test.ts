import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AppendFile, Synced, Written } from './file/append-file.ts';
import { nodeDisk, type Disk } from './file/disk.ts';
import { identityFrom } from '../record/identity.ts';
import { createLedger, type LedgerOptions } from './ledger.ts';
import type { AuditLog } from './audit-log.ts';
import { parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { isDecision, parseLine, type Line } from '../record/schema.ts';
import { AuditUnavailable } from './unavailable.ts';
import { collect } from '../verify/collect.ts';
import { verifyFiles } from '../verify/verify.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ledger-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

interface Counts {
  lags: number;
  errors: number;
}

/** A shared machine may take its time; only the test of a disk that hangs is about the wait. */
const patient = { waitMs: 30_000 };

function options(changes: Partial<LedgerOptions> = {}): LedgerOptions & { readonly counts: Counts } {
  const counts = { lags: 0, errors: 0 };
  return {
    dir,
    identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'agent-0' }, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: {
      auditLag: () => void (counts.lags += 1),
      auditError: () => void (counts.errors += 1),
      auditBytes: () => undefined,
    },
    counts,
    ...changes,
    limits: { ...patient, ...changes.limits },
  };
}

async function linesIn(folder: string): Promise<readonly Line[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((text) => {
      const line = parseLine(text);
      if (line === null) throw new Error('a line cannot be read');
      return line;
    });
}

async function exitOf(log: AuditLog | null, live = false): Promise<number> {
  const key = log === null ? null : parseVerifier(log.key);
  const report = await verifyFiles(await collect([dir]), { keys: key === null ? [] : [key], live });
  return report.exit;
}

function kinds(lines: readonly Line[]): readonly string[] {
  return lines.map((line) => line.kind);
}

describe('createLedger', () => {
  it('refuses to start where nothing can be written', async () => {
    const full: Disk = { ...nodeDisk, create: () => Promise.reject(new Error('ENOSPC')) };
    await expect(createLedger(options({ disk: full }))).rejects.toThrow(AuditUnavailable);
  });

  it('refuses a commitment key that is none, without showing it', async () => {
    await expect(createLedger(options({ commitmentKeyFile: import.meta.filename }))).rejects.toThrow(
      '64 lower-case hex digits',
    );
  });

  it('writes a genesis, decisions and a seal into a file of its own that others cannot read', async () => {
    const log = await createLedger(options({ policy: { name: 'p', generation: 1, sha256: 'ab' } }));
    const subject = { any: 'thing' };
    expect(await log.record(subject, sampleDecision(), true)).toBe(subject);
    log.policyChanged({ name: 'p', generation: 2, sha256: 'cd' }, null);
    await log.record(subject, sampleDecision({ kind: 'close', outcome: 'completed' }), true);
    await log.close();
    const lines = await linesIn(dir);
    expect(kinds(lines).filter((kind) => kind !== 'checkpoint')).toEqual([
      'genesis',
      'ingress',
      'policy',
      'close',
      'seal',
    ]);
    expect(lines[0]).toMatchObject({ identity: { pod: 'agent-0' }, key: log.key, previous: [] });
    expect(lines.at(-2)).toMatchObject({ kind: 'seal', records: 2, lost: 0 });
    const [name] = (await readdir(dir)).filter((entry) => entry.endsWith('.jsonl'));
    expect((await stat(join(dir, name ?? ''))).mode & 0o777).toBe(0o600);
    expect(await exitOf(log)).toBe(0);
  });

  it('acknowledges a record only once it is on the disk', async () => {
    const log = await createLedger(options());
    await log.record(null, sampleDecision({ exchange: 'the-one' }), true);
    expect((await linesIn(dir)).some((line) => isDecision(line) && line.exchange === 'the-one')).toBe(true);
    await log.close();
  });

  it('keeps the order of calls, in batches', async () => {
    const { counts, ...rest } = options();
    const log = await createLedger(rest);
    const ids = Array.from({ length: 500 }, (_, index) => `exchange-${index}`);
    await Promise.all(ids.map((exchange) => log.record(null, sampleDecision({ exchange }), true)));
    await log.close();
    const lines = await linesIn(dir);
    expect(lines.filter(isDecision).map((line) => line.exchange)).toEqual(ids);
    expect(lines.filter((line) => line.kind === 'checkpoint').length).toBeLessThan(20);
    expect(counts).toEqual({ lags: 500, errors: 0 });
  });

  it('goes on in another file when one is full, and all of them verify', async () => {
    const log = await createLedger(options({ limits: { fileBytes: 4_000 } }));
    for (let index = 0; index < 40; index += 1) await log.record(null, sampleDecision(), true);
    await log.close();
    expect((await readdir(dir)).length).toBeGreaterThan(5);
    expect((await linesIn(dir)).map((line) => line.seq)).toEqual(
      Array.from({ length: (await linesIn(dir)).length }, (_, index) => index),
    );
    expect(await exitOf(log)).toBe(0);
  });

  it.each([1, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000])(
    'ends with the seal also where files of %i bytes are full at that moment',
    async (fileBytes) => {
      const log = await createLedger(options({ limits: { fileBytes } }));
      for (let index = 0; index < 5; index += 1) await log.record(null, sampleDecision(), true);
      await log.close();
      expect(kinds(await linesIn(dir)).slice(-2)).toEqual(['seal', 'checkpoint']);
      expect(await exitOf(log)).toBe(0);
    },
  );

  it('names the logs that it found, never touches them, and anchors them', async () => {
    const first = await createLedger(options());
    await first.record(null, sampleDecision(), true);
    await first.close();
    const before = await linesIn(dir);
    const second = await createLedger(options());
    await second.close();
    const lines = await linesIn(dir);
    expect(lines.slice(0, before.length)).toEqual(before);
    expect(lines[before.length]).toMatchObject({
      kind: 'genesis',
      previous: [{ origin: first.origin, size: before.length, sealed: true, torn_bytes: 0 }],
    });
    expect(await exitOf(second)).toBe(0);
    expect(await exitOf(null)).toBe(4);
  });

  it('signs lines within the signature interval', async () => {
    const log = await createLedger(options({ limits: { checkpointMs: 5 } }));
    await log.record(null, sampleDecision(), true);
    for (;;) {
      if ((await linesIn(dir)).at(-1)?.kind === 'checkpoint') break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await exitOf(log, true)).toBe(0);
    expect(await exitOf(log)).toBe(4);
    await log.close();
  });

  it('writes heartbeats into an idle log', async () => {
    const log = await createLedger(options({ limits: { heartbeatMs: 5 } }));
    for (;;) {
      if ((await linesIn(dir)).filter((line) => line.kind === 'heartbeat').length > 1) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await log.close();
    expect(await exitOf(log)).toBe(0);
  });

  it('takes nothing after it is closed, and closes once', async () => {
    const log = await createLedger(options());
    const closing = log.close();
    expect(log.close()).toBe(closing);
    await expect(log.record(null, sampleDecision(), true)).rejects.toMatchObject({ fault: 'closed' });
    await closing;
    expect(log.healthy()).toBe(false);
    expect(await exitOf(log)).toBe(0);
  });
});

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
    const { counts, ...rest } = options({
      disk,
      broke: (fault) => faults.push(fault),
      limits: row.fileBytes === undefined ? {} : { fileBytes: row.fileBytes },
    });
    const log = await createLedger(rest);
    await log.record(null, sampleDecision({ exchange: 'before' }), true);
    disk.fault = row.fault;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, index) => {
        // One after the other for the faults at a file's border, which come after the acknowledgement of the file's last record.
        if (row.fileBytes !== undefined) await new Promise((resolve) => setTimeout(resolve, index * 5));
        return log.record(null, sampleDecision({ exchange: `during-${index}` }), true);
      }),
    );
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

    const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
    const text = (await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')))).join('');
    const ids = [...text.matchAll(/"exchange":"([^"]+)"/g)].map((match) => match[1]);
    expect(ids).toContain('before');
    expect(ids).not.toContain('after');
    const acknowledged = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [`during-${index}`] : [],
    );
    expect(ids).toEqual(expect.arrayContaining(acknowledged));
    expect(ids.includes('during-0')).toBe(row.persists || row.fault === 'write is short');
    expect(await exitOf(log)).toBe(4);

    const next = await createLedger(options());
    await next.record(null, sampleDecision({ exchange: 'again' }), true);
    await next.close();
    expect(kinds(await readableLines()).includes('recovered')).toBe(true);
    expect(await exitOf(next)).toBe(0);
  });

  async function readableLines(): Promise<readonly Line[]> {
    const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
    return texts.flatMap((text) => text.split('\n')).flatMap((text) => parseLine(text) ?? []);
  }

  it('hangs: waiters time out, the queue is bounded, and later writes still verify', async () => {
    const disk = new FaultyDisk();
    const log = await createLedger(options({ disk, limits: { waitMs: 30, queueRecords: 8 } }));
    disk.fault = 'write hangs';
    const waits = Array.from({ length: 8 }, () => log.record(null, sampleDecision(), true));
    await expect(log.record(null, sampleDecision(), true)).rejects.toMatchObject({ fault: 'full' });
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    await expect(waits[0]).rejects.toMatchObject({ fault: 'slow' });
    disk.fault = null;
    disk.held?.();
    await log.close();
    expect((await linesIn(dir)).filter(isDecision)).toHaveLength(8);
    expect(await exitOf(log)).toBe(0);
  });

  it('runs full: nothing new begins, but refusals and ends are recorded; and it recovers', async () => {
    const disk = new FaultyDisk();
    disk.free = 1_000;
    const log = await createLedger(options({ disk }));
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
    expect(await exitOf(log)).toBe(0);
  });
});
