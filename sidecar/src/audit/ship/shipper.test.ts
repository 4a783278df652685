import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';

import type { AuditLog } from '../log/audit-log.ts';
import { hashOf } from '../record/chain.ts';
import { sampleDecision } from '../record/sample.ts';
import { Cursor } from './cursor.ts';
import type { ExportOutcome, ExportResult } from './exporter.ts';
import { Progress } from './progress.ts';
import { Shipper, SHIPPER_LIMITS, type ShipperLimits } from './shipper.ts';
import type { SpooledLine } from './spooled-line.ts';
import { openLog, spoolOf, temporaryFolder } from './testing/lines.ts';
import { until } from '../../testing/until.ts';

let dir = '';
beforeEach(async () => {
  dir = await temporaryFolder();
});
afterEach(() => rm(dir, { recursive: true }));

const ENDPOINT = 'http://collector:4318/v1/logs';
const FAST: ShipperLimits = {
  ...SHIPPER_LIMITS,
  records: 4,
  bytes: 2_000,
  lingerMs: 0,
  firstMs: 0,
  maxMs: 1,
  maxAskedMs: 1,
  drainPauseMs: 1,
};

/** A receiver that does as it is told: each step is the answer to one export, and after the last one all are taken. */
class Collector {
  readonly got = new Map<string, Set<string>>();
  readonly batches: number[] = [];
  steps: ExportOutcome[] = [];

  /** Lines of which a receiver has the body although it did not say so are there too, as they are after a lost reply. */
  send(lines: readonly SpooledLine[]): Promise<ExportOutcome> {
    const step = this.steps.shift() ?? answer('delivered');
    this.batches.push(lines.length);
    const taken = step.result === 'rejected' ? lines.slice(1) : step.result === 'refused' ? [] : lines;
    if (step.result !== 'connection' && step.result !== 'unavailable')
      for (const line of taken) {
        const own = this.got.get(line.origin) ?? new Set();
        own.add(line.text);
        this.got.set(line.origin, own);
      }
    return Promise.resolve(step);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function answer(result: ExportResult, more: Partial<ExportOutcome> = {}): ExportOutcome {
  return { result, reason: result, retryAfterMs: null, divide: false, ...more };
}

async function ship(
  log: AuditLog,
  collector: Pick<Collector, 'send' | 'close'>,
  change: Partial<ConstructorParameters<typeof Shipper>[0]> = {},
): Promise<{ readonly shipper: Shipper; readonly progress: Progress }> {
  const spool = spoolOf(log);
  const progress = new Progress(spool, await Cursor.open(dir, ENDPOINT));
  const shipper = new Shipper({
    progress,
    connect: () => Promise.resolve(collector),
    limits: FAST,
    exported: () => undefined,
    troubled: () => undefined,
    ...change,
  });
  spool.listen(() => shipper.wake());
  return { shipper, progress };
}

async function record(log: AuditLog, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await log.record(null, sampleDecision({ exchange: `e-${index}` }), true);
}

async function linesOnDisk(): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.replaceAll('\0', '').split('\n').slice(0, -1));
}

function all(collector: Collector): readonly string[] {
  return [...collector.got.values()].flatMap((lines) => [...lines]).sort();
}

describe('Shipper', () => {
  it.each<readonly [string, readonly ExportOutcome[]]>([
    ['unavailable', [answer('unavailable'), answer('unavailable', { retryAfterMs: 60_000 })]],
    ['out of reach', [answer('connection'), answer('tls'), answer('timeout'), answer('reply')]],
    ['refusing', [answer('refused'), answer('refused', { divide: true })]],
    ['taking only some', [answer('rejected', { divide: true }), answer('rejected', { divide: true })]],
  ])('delivers everything to a receiver that was %s', async (_, steps) => {
    const collector = new Collector();
    collector.steps = [...steps];
    const log = await openLog(dir);
    const { shipper } = await ship(log, collector);
    await record(log, 20);
    await log.close();
    expect(await shipper.drain(60_000)).toMatchObject({ lines: 0, bytes: 0, ageMs: 0 });
    expect(all(collector)).toEqual([...(await linesOnDisk())].sort());
  });

  it('divides a refused batch down to the rejected line, and no further', async () => {
    const troubles: (string | null)[] = [];
    const log = await openLog(dir);
    await record(log, 8);
    const taken: number[] = [];
    const { shipper } = await ship(
      log,
      {
        send: (lines) => {
          if (lines.some(({ position }) => position === 5))
            return Promise.resolve(answer('rejected', { divide: true }));
          taken.push(...lines.map(({ position }) => position));
          return Promise.resolve(answer('delivered'));
        },
        close: () => Promise.resolve(),
      },
      { troubled: (reason) => void troubles.push(reason) },
    );
    await until(
      'the rejected line',
      () => troubles,
      (told) => told.at(-1)?.includes('line 5 of ') === true,
    );
    const left = await shipper.drain(1);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    expect(left.lines).toBeGreaterThanOrEqual(4);
    expect(troubles.at(-1)).toMatch(/line 5 of /);
    await log.close();
  });

  it('reports the backlog and its age', async () => {
    const log = await openLog(dir);
    const { shipper } = await ship(log, new Collector(), {
      connect: () => Promise.reject(new Error('no Secret')),
      clock: () => Date.now() + 60_000,
    });
    await record(log, 3);
    // The log writes signed heads of its own, so the two are compared until they stand still.
    const waiting = async (): Promise<readonly [number, number]> => {
      const onDisk = await linesOnDisk();
      return [onDisk.length, onDisk.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)];
    };
    const deadline = Date.now() + 60_000;
    for (;;) {
      const before = await waiting();
      const { lines, bytes, ageMs } = shipper.unsent();
      if (before[0] < 4 || before[0] !== lines) {
        expect(Date.now()).toBeLessThan(deadline);
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      expect(bytes).toBe(before[1]);
      expect(ageMs).toBeGreaterThanOrEqual(60_000);
      break;
    }
    shipper.stop();
    await log.close();
  });

  it('goes on behind the last line that was delivered when the process is another one', async () => {
    const first = await openLog(dir);
    const before = new Collector();
    const one = await ship(first, before);
    await record(first, 3);
    await first.close();
    await one.shipper.drain(60_000);
    const second = await openLog(dir);
    const after = new Collector();
    const two = await ship(second, after);
    await record(second, 2);
    await second.close();
    await two.shipper.drain(60_000);
    expect([...after.got.keys()]).toEqual([second.origin]);
    expect([...all(before), ...all(after)].sort()).toEqual([...(await linesOnDisk())].sort());
  });

  it.each(['', 'nothing', '{"endpoint":"http://other/","logs":{}}', '{"logs":[]}', '[]'])(
    'sends everything again where the cursor says %j',
    async (text) => {
      const log = await openLog(dir);
      await record(log, 3);
      await log.close();
      const one = await ship(log, new Collector());
      await one.shipper.drain(60_000);
      const [cursor = ''] = (await readdir(dir)).filter((name) => name.endsWith('.cursor'));
      await writeFile(join(dir, cursor), text);
      const collector = new Collector();
      const two = await ship(log, collector);
      await two.shipper.drain(60_000);
      expect(all(collector)).toEqual([...(await linesOnDisk())].sort());
    },
  );

  it('sends text that encodes to the bytes of the file, whatever callers wrote', async () => {
    const log = await openLog(dir);
    const collector = new Collector();
    const { shipper } = await ship(log, collector);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\ud800', '\udfff\ud800', ''),
        async (text, lone) => {
          await log.record(
            null,
            sampleDecision({ path: `/${text}${lone}`, exchange: `${lone}${text}` }),
            true,
          );
        },
      ),
      { numRuns: 50 },
    );
    await log.close();
    await shipper.drain(60_000);
    const sent = all(collector);
    expect(sent).toEqual([...(await linesOnDisk())].sort());
    for (const line of sent) expect(Buffer.from(line).toString()).toBe(line);
  });

  it('counts lines that were pruned before they were sent, and goes on', async () => {
    const log = await openLog(dir, { limits: { fileBytes: 1_500 } });
    await record(log, 12);
    const spool = spoolOf(log);
    const [oldest] = spool.files;
    if (oldest === undefined) throw new Error('no file');
    await rm(join(dir, oldest.file));
    spool.removed(oldest.file);
    const collector = new Collector();
    const { shipper, progress } = await ship(log, collector);
    await log.close();
    expect(await shipper.drain(60_000)).toMatchObject({ lines: 0 });
    expect(progress.prunedLines).toBe(oldest.lines);
    expect(progress.delivered(oldest.file)).toBe(false);
    expect(all(collector)).toEqual([...(await linesOnDisk())].sort());
  });

  it('loses nothing, whatever fails and whenever processes end', async () => {
    const outcome = fc.constantFrom<ExportOutcome>(
      answer('delivered'),
      answer('unavailable'),
      answer('timeout'),
      answer('connection'),
      answer('refused', { divide: true }),
      answer('rejected', { divide: true }),
    );
    const life = fc.record({
      records: fc.integer({ min: 0, max: 12 }),
      steps: fc.array(outcome, { maxLength: 6 }),
      fileBytes: fc.constantFrom(1_500, 1_000_000),
      sealed: fc.boolean(),
      graceMs: fc.constantFrom(0, 5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        const collector = new Collector();
        const written = new Map<string, string>();
        for (const { records, steps, fileBytes, sealed, graceMs } of [...lives, LAST_LIFE]) {
          collector.steps = [...steps];
          const log = await openLog(dir, { limits: { fileBytes } });
          const { shipper } = await ship(log, collector);
          await record(log, records);
          if (sealed) await log.close();
          await shipper.drain(graceMs);
          if (!sealed) await log.close();
        }
        for (const line of await linesOnDisk()) written.set(hashOf(line), line);
        expect(all(collector)).toEqual([...written.values()].sort());
        await rm(dir, { recursive: true });
        dir = await temporaryFolder();
      }),
      { numRuns: 25 },
    );
  });
});

/** Nothing fails any more, and there is time. */
const LAST_LIFE = { records: 1, steps: [], fileBytes: 1_500, sealed: true, graceMs: 10_000 } as const;
