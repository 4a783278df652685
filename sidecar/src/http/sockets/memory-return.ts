import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So much must have been let go of before it is worth a pause of the event loop. */
const WORTH_BYTES = 32 * 1024 * 1024;
/** How long nothing large may be let go of: under traffic V8 collects by itself. */
const QUIET_MS = 1_000;

/**
 * Gives the memory of bodies back to the system once a peak is over. V8 frees a buffer when it collects, and a process that has become idle
 * does not allocate, so it does not collect: 90 MiB were seen to stay for minutes.
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

  /** So many bytes are no longer held. */
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

/** V8's collector, which is not exposed by default. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return typeof gc === 'function' ? () => void Reflect.apply(gc, undefined, []) : () => undefined;
}
