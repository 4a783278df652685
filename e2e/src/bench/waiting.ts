import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Case } from './cases.ts';
import { round } from './comparison.ts';
import { at, cell, spreadOf, type Spread } from './spread.ts';
import type { Subject } from './subject.ts';

/** Latency of one subject at a given rate, ms; `added`: percentile less the baseline's percentile of the same round. */
interface Waited {
  readonly name: string;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly addedP50: Spread;
  readonly addedP99: Spread;
  /** CPU time of an exchange, µs. An exchange that wakes a sleeping process costs more than one of many. */
  readonly cpuMicros: Spread;
}

/** Seconds of a round. */
const SECONDS = 3;
const DISK_WRITES = 200;
const RECORD_BYTES = 4_096;

/** @param perSecond exchanges that begin in a second, for all. @param subjects the first is the baseline */
async function waitedOf(
  subjects: readonly Subject[],
  { kind, rounds, perSecond }: { readonly kind: Case; readonly rounds: number; readonly perSecond: number },
): Promise<{ readonly waited: readonly Waited[]; readonly disk: readonly number[] }> {
  const total = Math.ceil(perSecond * SECONDS);
  const disk: number[] = [];
  const rows = subjects.map(() => ({ p50: [] as number[], p99: [] as number[], cpu: [] as number[] }));
  for (let count = 0; count < rounds; count += 1) {
    disk.push(...durableWritesMs());
    for (const [index, subject] of subjects.entries()) {
      const before = await subject.sample();
      const { latenciesMs } = await round(subject, kind, { total, perSecond });
      const after = await subject.sample();
      rows[index]?.p50.push(at(latenciesMs, 0.5));
      rows[index]?.p99.push(at(latenciesMs, 0.99));
      rows[index]?.cpu.push((after.cpuMicros - before.cpuMicros) / total);
    }
  }
  const [baseline] = rows;
  const added = (own: readonly number[], bare: readonly number[] = []): Spread =>
    spreadOf(own.map((ms, index) => ms - (bare[index] ?? NaN)));
  const waited = subjects.map(({ name }, index) => {
    const { p50 = [], p99 = [], cpu = [] } = rows[index] ?? {};
    return {
      ...{ name, p50: spreadOf(p50), p99: spreadOf(p99), cpuMicros: spreadOf(cpu) },
      ...{ addedP50: added(p50, baseline?.p50), addedP99: added(p99, baseline?.p99) },
    };
  });
  return { waited, disk };
}

/** What one durable write of a record takes where the sidecars write theirs, with nothing else to do, ms each. */
function durableWritesMs(): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-disk-'));
  const flags = constants.O_CREAT | constants.O_WRONLY | constants.O_DSYNC;
  const file = openSync(join(folder, 'record'), flags, 0o600);
  try {
    const record = Buffer.alloc(RECORD_BYTES, 'x');
    writeSync(file, Buffer.alloc(DISK_WRITES * RECORD_BYTES), 0, DISK_WRITES * RECORD_BYTES, 0);
    return Array.from({ length: DISK_WRITES }, (_, index) => {
      const startedMs = performance.now();
      writeSync(file, record, 0, RECORD_BYTES, index * RECORD_BYTES);
      return performance.now() - startedMs;
    });
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

export const WAITING_HEAD = [
  'proxy',
  'p50, ms',
  'p99, ms',
  'added p50, ms',
  'added p99, ms',
  'CPU µs',
  'core busy',
] as const;

/** Rows of a table: latency of each subject at this rate, and that of the disk alone. @param subjects the first is the baseline */
export async function waitingRows(
  subjects: readonly Subject[],
  load: { readonly kind: Case; readonly rounds: number; readonly perSecond: number },
): Promise<readonly (readonly string[])[]> {
  const { waited, disk } = await waitedOf(subjects, load);
  const rows = waited.map(({ name, p50, p99, addedP50, addedP99, cpuMicros }, index) => [
    ...[name, cell(p50, 2), cell(p99, 2)],
    ...(index === 0 ? ['', ''] : [cell(addedP50, 2), cell(addedP99, 2)]),
    ...[cell(cpuMicros, 0), `${((cpuMicros.median * load.perSecond) / 1e4).toFixed(0)} %`],
  ]);
  const alone = [0.5, 0.99].map((share) => at(disk, share).toFixed(2));
  return [...rows, ['one durable write of 4 KiB, alone', ...alone, '', '', '', '']];
}
