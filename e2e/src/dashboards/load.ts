import { setTimeout as sleep } from 'node:timers/promises';

import type { Started } from '../counterparts/prometheus/place.ts';
import { callTools, converse, dialOut, leak, misspeak } from '../counterparts/prometheus/traffic.ts';

const PAUSE_MS = 400;

/** What a model takes: mostly half a second, sometimes two, and slower every few minutes. */
export function modelDelayMs(): number {
  const wave = 1 + 0.5 * Math.sin(Date.now() / 60_000);
  const [first, second] = [Math.random(), Math.random()];
  return wave * (180 + 500 * first) * (second > 0.93 ? 3 : 1);
}

/** Conversations through both sidecars until a time, so that rates have a course. @param until milliseconds since 1970 */
export async function keepTalking({ agent, observer, webhook, mcp }: Started, until: number): Promise<void> {
  const again = async (each: () => Promise<unknown>, pauseMs: number): Promise<void> => {
    while (Date.now() < until) {
      await each();
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  };
  await Promise.all([
    again(() => converse(agent), PAUSE_MS),
    again(() => converse(agent), 5 * PAUSE_MS),
    again(() => converse(observer), 3 * PAUSE_MS),
    again(() => callTools(agent, mcp.origin), 5 * PAUSE_MS),
    again(() => webhook.admit(), 10 * PAUSE_MS),
    again(() => leak(agent), 50 * PAUSE_MS),
    again(() => dialOut(agent), 25 * PAUSE_MS),
    again(() => misspeak(agent), 60 * PAUSE_MS),
  ]);
}
