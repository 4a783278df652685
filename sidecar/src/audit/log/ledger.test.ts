import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { nodeDisk, type Disk } from './file/disk.ts';
import { createLedger } from './ledger.ts';
import { sampleDecision } from '../record/sample.ts';
import { isDecision } from '../record/schema.ts';
import { AuditUnavailable } from './unavailable.ts';
import { kinds, LedgerFolder, linesIn } from './testing/ledger-folder.ts';
import { until } from '../../testing/until.ts';

const folder = new LedgerFolder();

describe('createLedger', () => {
  it('refuses to start where nothing can be written', async () => {
    const full: Disk = { ...nodeDisk, create: () => Promise.reject(new Error('ENOSPC')) };
    await expect(createLedger(folder.options({ disk: full }))).rejects.toThrow(AuditUnavailable);
  });

  it('names a folder that cannot be made', async () => {
    await expect(createLedger({ ...folder.options(), dir: '/proc/llm-boundary' })).rejects.toThrow(
      'the folder of the audit log, /proc/llm-boundary, cannot be used: ENOENT',
    );
  });

  it('refuses a commitment key that is none, without showing it', async () => {
    await expect(createLedger(folder.options({ commitmentKeyFile: import.meta.filename }))).rejects.toThrow(
      '64 lower-case hex digits',
    );
  });

  it('writes a genesis, decisions and a seal into a file of its own that others cannot read', async () => {
    const log = await createLedger(folder.options({ policy: { name: 'p', generation: 1, sha256: 'ab' } }));
    const subject = { any: 'thing' };
    expect(await log.record(subject, sampleDecision(), true)).toBe(subject);
    log.policyChanged({ name: 'p', generation: 2, sha256: 'cd' }, null);
    await log.record(subject, sampleDecision({ kind: 'close', outcome: 'completed' }), true);
    await log.close();
    const lines = await linesIn(folder.dir);
    expect(kinds(lines).filter((kind) => kind !== 'checkpoint')).toEqual([
      'genesis',
      'ingress',
      'policy',
      'close',
      'seal',
    ]);
    expect(lines[0]).toMatchObject({ identity: { pod: 'agent-0' }, key: log.key, previous: [] });
    expect(lines.at(-2)).toMatchObject({ kind: 'seal', records: 2, lost: 0 });
    const [name] = (await readdir(folder.dir)).filter((entry) => entry.endsWith('.jsonl'));
    expect((await stat(join(folder.dir, name ?? ''))).mode & 0o777).toBe(0o600);
    expect(await folder.exitOf(log)).toBe(0);
  });

  it('acknowledges a record only once it is on the disk', async () => {
    const log = await createLedger(folder.options());
    await log.record(null, sampleDecision({ exchange: 'the-one' }), true);
    expect((await linesIn(folder.dir)).some((line) => isDecision(line) && line.exchange === 'the-one')).toBe(
      true,
    );
    await log.close();
  });

  it('keeps the order of calls, in batches', async () => {
    const { counts, ...rest } = folder.options();
    const log = await createLedger(rest);
    const ids = Array.from({ length: 500 }, (_, index) => `exchange-${index}`);
    await Promise.all(ids.map((exchange) => log.record(null, sampleDecision({ exchange }), true)));
    await log.close();
    const lines = await linesIn(folder.dir);
    expect(lines.filter(isDecision).map((line) => line.exchange)).toEqual(ids);
    expect(lines.filter((line) => line.kind === 'checkpoint').length).toBeLessThan(20);
    expect(counts).toEqual({ lags: 500, errors: 0 });
  });

  it('goes on in another file when one is full, and all of them verify', async () => {
    const log = await createLedger(folder.options({ limits: { fileBytes: 4_000 } }));
    for (let index = 0; index < 40; index += 1) await log.record(null, sampleDecision(), true);
    await log.close();
    expect((await readdir(folder.dir)).length).toBeGreaterThan(5);
    expect((await linesIn(folder.dir)).map((line) => line.seq)).toEqual(
      Array.from({ length: (await linesIn(folder.dir)).length }, (_, index) => index),
    );
    expect(await folder.exitOf(log)).toBe(0);
  });

  it.each([1, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000])(
    'ends with the seal also where files of %i bytes are full at that moment',
    async (fileBytes) => {
      const log = await createLedger(folder.options({ limits: { fileBytes } }));
      for (let index = 0; index < 5; index += 1) await log.record(null, sampleDecision(), true);
      await log.close();
      expect(kinds(await linesIn(folder.dir)).slice(-2)).toEqual(['seal', 'checkpoint']);
      expect(await folder.exitOf(log)).toBe(0);
    },
  );

  it('names the logs that it found, never touches them, and anchors them', async () => {
    const first = await createLedger(folder.options());
    await first.record(null, sampleDecision(), true);
    await first.close();
    const before = await linesIn(folder.dir);
    const second = await createLedger(folder.options());
    await second.close();
    const lines = await linesIn(folder.dir);
    expect(lines.slice(0, before.length)).toEqual(before);
    expect(lines[before.length]).toMatchObject({
      kind: 'genesis',
      previous: [{ origin: first.origin, size: before.length, sealed: true, torn_bytes: 0 }],
    });
    expect(await folder.exitOf(second)).toBe(0);
    expect(await folder.exitOf(null)).toBe(4);
  });

  it('signs lines within the signature interval', async () => {
    const log = await createLedger(folder.options({ limits: { checkpointMs: 5 } }));
    await log.record(null, sampleDecision(), true);
    await until(
      'a signature of all lines',
      () => linesIn(folder.dir),
      (lines) => lines.at(-1)?.kind === 'checkpoint',
    );
    expect(await folder.exitOf(log, true)).toBe(0);
    expect(await folder.exitOf(log)).toBe(4);
    await log.close();
  });

  it('writes heartbeats into an idle log', async () => {
    const log = await createLedger(folder.options({ limits: { heartbeatMs: 5 } }));
    await until(
      'two heartbeats',
      () => linesIn(folder.dir),
      (lines) => lines.filter((line) => line.kind === 'heartbeat').length > 1,
    );
    await log.close();
    expect(await folder.exitOf(log)).toBe(0);
  });

  it('takes nothing after it is closed, and closes once', async () => {
    const log = await createLedger(folder.options());
    const closing = log.close();
    expect(log.close()).toBe(closing);
    await expect(log.record(null, sampleDecision(), true)).rejects.toMatchObject({ fault: 'closed' });
    await closing;
    expect(log.healthy()).toBe(false);
    expect(await folder.exitOf(log)).toBe(0);
  });
});
