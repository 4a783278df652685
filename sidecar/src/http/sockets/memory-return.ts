import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Released bytes that justify a pause of the event loop. */
const WORTH_BYTES = 32 * 1024 * 1024;
/** Time without a large release: under traffic V8 collects by itself. */
const QUIET_MS = 1_000;

/**
 * Returns the memory of bodies to the system after a peak. V8 frees buffers during garbage collection only, and an idle process does not
 * allocate and so does not collect: 90 MiB have been seen to stay for minutes.
 */
export class MemoryReturn {
  readonly #collect: () => void;
  readonly #quietMs: number;
  #released = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(collect: () => void = collector(), quietMs = QUIET_MS) {
    this.#collect = collect;
    this.#quietMs = quietMs;
  }

  /** These bytes are no longer held. */
  released(bytes: number): void {
    this.#released += bytes;
    if (this.#released < WORTH_BYTES) return;
    if (this.#timer !== null) {
      this.#timer.refresh();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#released = 0;
      this.#collect();
    }, this.#quietMs).unref();
  }
}

/** V8's garbage collector, which is not exposed by default. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return typeof gc === 'function' ? () => void Reflect.apply(gc, undefined, []) : () => undefined;
}
