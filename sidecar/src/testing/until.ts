import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Far above what a busy machine needs: it ends the wait for what never comes, and costs nothing else. */
const LIMIT_MS = 60_000;
/** Most of what is awaited comes within so many turns of the event loop. */
const TURNS = 50;
const PAUSE_MS = 5;

/**
 * Reads a state again and again until it holds: what a socket, a file or a timer brings has no order with what a test awaits.
 * @param holds default: the state is truthy @returns that state @throws Error after a minute: what was awaited, and the last state
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (state: T) => boolean = Boolean,
): Promise<T> {
  const lastMs = performance.now() + LIMIT_MS;
  for (let turns = 0; ; turns += 1) {
    const state = await read();
    if (holds(state)) return state;
    if (performance.now() > lastMs)
      throw new Error(
        `not within ${LIMIT_MS / 1_000} s: ${what}; last state: ${inspect(state, { depth: 4 }).slice(-2_000)}`,
      );
    await (turns < TURNS ? turn() : sleep(PAUSE_MS));
  }
}
