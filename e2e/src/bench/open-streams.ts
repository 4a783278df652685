import { setTimeout as sleep } from 'node:timers/promises';

import { chat, type Case } from './cases.ts';
import { round } from './comparison.ts';
import { prose } from './prose.ts';
import type { Subject } from './subject.ts';

const STREAMS = 200;
/** All of them are open by then, and none has ended. */
const OPEN_AFTER_MS = 5000;

const SLOW: Case = {
  name: `${STREAMS} open streams`,
  reply: 'slow',
  body: (index) => chat('slow', [{ role: 'user', content: prose(index, 200) }]),
  connections: STREAMS,
  total: STREAMS,
  warmUp: STREAMS,
};

export interface OpenStreams {
  readonly streams: number;
  /** Resident memory without streams, after a first set of them, MiB. */
  readonly atRestMiB: number;
  /** What each open stream adds, KiB. */
  readonly eachKiB: number;
}

/** Memory of streams that a model writes for ten seconds. */
export async function openStreams(subject: Subject): Promise<OpenStreams> {
  await round(subject, SLOW, { total: STREAMS });
  const before = await subject.sample();
  const streams = round(subject, SLOW, { total: STREAMS });
  await sleep(OPEN_AFTER_MS);
  const during = await subject.sample();
  await streams;
  return {
    streams: STREAMS,
    atRestMiB: before.rssMiB,
    eachKiB: ((during.rssMiB - before.rssMiB) * 1024) / STREAMS,
  };
}
