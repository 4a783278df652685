import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Far above what a busy machine needs: it ends the wait for what never comes, and costs nothing else. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 20;

/**
 * Reads a state again and again until it holds: what another process or another connection does has no order with what a test awaits.
 * A read that throws is a state that does not hold. @param holds default: the state is truthy
 * @returns that state @throws Error after a minute: what was awaited, and the last state
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (state: T) => boolean = Boolean,
  limitMs = LIMIT_MS,
): Promise<T> {
  let last: unknown = 'none was read';
  let isOver = false;
  const poll = async (): Promise<T> => {
    for (;;) {
      try {
        const state = await read();
        last = state;
        if (holds(state)) return state;
      } catch (error) {
        last = error;
      }
      // After the limit nobody listens any more.
      if (isOver) throw new Error('not in time');
      await sleep(PAUSE_MS);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not within ${limitMs / 1_000} s: ${what}; last state: ${shown(last)}`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([poll(), late]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

const SHOWN_CHARACTERS = 2_000;

/** The end of a long state: the newest lines are there. */
function shown(state: unknown): string {
  const text =
    state instanceof Error
      ? state.message
      : typeof state === 'string'
        ? state
        : inspect(state, { depth: 4, maxArrayLength: null });
  return text.length <= SHOWN_CHARACTERS ? text : `…${text.slice(-SHOWN_CHARACTERS)}`;
}
