/** Time synchronisation moves a clock by less than this between two readings; more is a jump. Milliseconds. */
export const JUMP_MS = 1_000;

/** Compares the wall clock, which can be set, with a monotonic one. */
export class ClockWatch {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #jumped: (ms: number) => void;
  #offsetMs: number;

  /**
   * `clock`: milliseconds since the epoch; `monotonic`: milliseconds since any point; `jumped` gets the size of a jump of the wall clock in
   * whole milliseconds.
   */
  constructor(clock: () => number, monotonic: () => number, jumped: (ms: number) => void) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#jumped = jumped;
    this.#offsetMs = clock() - monotonic();
  }

  /** Cheap enough for each record. Slow corrections are followed without a report. */
  look(): void {
    const offsetMs = this.#clock() - this.#monotonic();
    const movedMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    if (Math.abs(movedMs) > JUMP_MS) this.#jumped(Math.round(movedMs));
  }
}
