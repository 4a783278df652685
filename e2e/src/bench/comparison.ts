import type { Case } from './cases.ts';
import { load, type Round } from './load.ts';
import { spreadOf, type Spread } from './spread.ts';
import type { Subject } from './subject.ts';

/** One subject under one kind of traffic. */
export interface Measured {
  readonly name: string;
  /** CPU time of an exchange, µs. */
  readonly cpuMicros: Spread;
  /** The same, divided by the baseline's of the same round. */
  readonly ratio: Spread;
  readonly perSecond: Spread;
  /** 99th percentile of the loop's delay, ms. NaN throughout: it has no such loop. */
  readonly loopDelayMs: Spread;
}

/** Numbers of exchanges go up over the whole run, so that no text is sent twice. */
let next = 1;

export function round(
  subject: Subject,
  { body, connections }: Case,
  { total, perSecond = Infinity }: { readonly total: number; readonly perSecond?: number },
): Promise<Round> {
  const first = next;
  // Conversations begin at multiples of 30.
  next = Math.ceil((next + total) / 30) * 30;
  return load({
    port: subject.port,
    body,
    first,
    total,
    connections,
    perSecond,
    headers: subject.headers ?? [],
  });
}

interface Rows {
  readonly cpu: number[];
  readonly rate: number[];
  readonly delay: number[];
}

/** Rounds of all subjects, interleaved. @param subjects the first is the baseline */
export async function compare(
  subjects: readonly Subject[],
  kind: Case,
  rounds: number,
): Promise<readonly Measured[]> {
  for (const subject of subjects) await round(subject, kind, { total: kind.warmUp });
  const rows = subjects.map((): Rows => ({ cpu: [], rate: [], delay: [] }));
  for (let count = 0; count < rounds; count += 1) {
    for (const [at, subject] of subjects.entries()) {
      const before = await subject.sample();
      const { exchanges, seconds } = await round(subject, kind, { total: kind.total });
      const after = await subject.sample();
      rows[at]?.cpu.push((after.cpuMicros - before.cpuMicros) / exchanges);
      rows[at]?.rate.push(exchanges / seconds);
      rows[at]?.delay.push(after.loopDelayMs ?? NaN);
    }
  }
  return subjects.map(({ name }, at) => {
    const { cpu = [], rate = [], delay = [] } = rows[at] ?? {};
    return {
      name,
      cpuMicros: spreadOf(cpu),
      ratio: spreadOf(cpu.map((value, count) => value / (rows[0]?.cpu[count] ?? NaN))),
      perSecond: spreadOf(rate),
      loopDelayMs: spreadOf(delay),
    };
  });
}
