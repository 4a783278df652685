import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { get, type Failure } from './client.ts';
import { sessionEnded } from './session.ts';

/** `data` is the last answer: it stays while the next one is asked for, and where that fails. */
export interface Asked<T> {
  readonly data: T | null;
  /** Of the last request. Null: it was answered, or the first one is under way. */
  readonly failure: Failure | null;
  readonly again: () => void;
}

interface State<T> {
  readonly path: string;
  readonly data: T | null;
  readonly failure: Failure | null;
}

/**
 * Asks for a path, and again every `everyMs` while the page can be seen.
 * @param everyMs from the last answer, as a number or by it; null: once
 */
export function useAnswer<T>(
  path: string,
  everyMs: number | null | ((data: T | null) => number | null) = null,
): Asked<T> {
  const [state, setState] = useState<State<T>>({ path, data: null, failure: null });
  const [round, setRound] = useState(0);
  const pace = useRef(everyMs);
  pace.current = everyMs;
  const isPaced = everyMs !== null;

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last: T | null = null;

    const ask = async (): Promise<void> => {
      const answer = await get<T>(path, stop.signal);
      if (stop.signal.aborted) return;
      if (answer.kind === 'answered') {
        last = answer.body;
        setState({ path, data: answer.body, failure: null });
      } else {
        if (answer.failure.error === 'no_session') sessionEnded();
        setState((before) => ({
          path,
          data: before.path === path ? before.data : null,
          failure: answer.failure,
        }));
      }
      const wait = typeof pace.current === 'function' ? pace.current(last) : pace.current;
      if (wait !== null) timer = setTimeout(tick, wait);
    };
    const tick = (): void => {
      if (document.visibilityState === 'visible') void ask();
      else timer = setTimeout(tick, 1_000);
    };
    void ask();
    return () => {
      stop.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, [path, round, isPaced]);

  const again = useCallback(() => setRound((count) => count + 1), []);
  return state.path === path ? { ...state, again } : { data: null, failure: null, again };
}
