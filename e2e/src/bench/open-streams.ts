import { setTimeout as sleep } from 'node:timers/promises';

import { chat, type Case } from './cases.ts';
import { round } from './comparison.ts';
import { prose } from './prose.ts';
import type { Subject } from './subject.ts';

export const FEW = 200;
export const MANY = 1000;
/** All are open by then, and none has ended before the last sample. */
const OPEN_AFTER_MS = 4000;
const SAMPLES = 3;
const BETWEEN_SAMPLES_MS = 2000;

/**
 * What an open stream adds, KiB of resident memory: the difference between 1,000 and 200 of them, of a sidecar that has served nothing else.
 * A difference between some and none would count code and the young generation too, which come with the first traffic and stay.
 */
export async function openStreamKiB(subject: Subject): Promise<number> {
  // A first set pays for code and buffers that stay.
  await residentMiB(subject, FEW);
  const few = await residentMiB(subject, FEW);
  const many = await residentMiB(subject, MANY);
  return ((many - few) * 1024) / (MANY - FEW);
}

/** The mean of some samples while so many streams are open. */
async function residentMiB(subject: Subject, count: number): Promise<number> {
  const slow: Case = {
    name: `${count} open streams`,
    reply: 'slow',
    body: (index) => chat('slow', [{ role: 'user', content: prose(index, 200) }]),
    connections: count,
    total: count,
    warmUp: count,
  };
  const streams = round(subject, slow, { total: count });
  await sleep(OPEN_AFTER_MS);
  let sum = 0;
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    sum += (await subject.sample()).rssMiB;
    await sleep(BETWEEN_SAMPLES_MS);
  }
  await streams;
  return sum / SAMPLES;
}
