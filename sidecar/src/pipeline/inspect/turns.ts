import { setImmediate } from 'node:timers/promises';

/** Shorter bodies take a few milliseconds altogether. Bytes. */
export const LONG_BODY = 32_768;
/** Milliseconds of work in one turn of the event loop. */
export const TURN_MS = 2;

/** Does the work slice by slice; other exchanges go on between turns. `now`: milliseconds, monotonic. Rejects if a slice throws. */
export async function inTurns(work: Generator<undefined, void>, now: () => number): Promise<void> {
  for (;;) {
    const startedMs = now();
    do if (work.next().done === true) return;
    while (now() - startedMs < TURN_MS);
    await setImmediate();
  }
}
