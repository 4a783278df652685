import { setTimeout as sleep } from 'node:timers/promises';

import { chat, type Case } from './cases.ts';
import { round } from './comparison.ts';
import { prose } from './prose.ts';
import type { Subject } from './subject.ts';

export const STREAMS = 200;
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

/** What each of 200 streams adds that a model writes for ten seconds, KiB of resident memory; of a sidecar that has served nothing else. */
export async function openStreamKiB(subject: Subject): Promise<number> {
  // A first set pays for code and buffers that stay.
  await round(subject, SLOW, { total: STREAMS });
  const before = await subject.sample();
  const streams = round(subject, SLOW, { total: STREAMS });
  await sleep(OPEN_AFTER_MS);
  const during = await subject.sample();
  await streams;
  return ((during.rssMiB - before.rssMiB) * 1024) / STREAMS;
}
