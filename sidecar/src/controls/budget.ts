/** The detectors exceeded their time, or one of them threw: the exchange is refused (invariant 1). */
export class DetectorUnavailable extends Error {
  override readonly name = 'DetectorUnavailable';
  readonly detector: string;

  constructor(detector: string, reason: string, cause?: unknown) {
    super(`${detector}: ${reason}`, cause === undefined ? undefined : { cause });
    this.detector = detector;
  }
}

/** Wall-clock budget of the detectors for one request or one reply. The clock is an argument, so controls stay pure. */
export class Budget {
  readonly #endMs: number;
  readonly #now: () => number;

  constructor(allowedMs: number, now: () => number) {
    this.#now = now;
    this.#endMs = now() + allowedMs;
  }

  /** Runs one detector. @throws DetectorUnavailable if it throws or exceeds the budget: other findings may be missing. */
  run<T>(detector: string, detect: () => T): T {
    let result: T;
    try {
      result = detect();
    } catch (error) {
      throw new DetectorUnavailable(detector, 'failed', error);
    }
    if (this.#now() > this.#endMs) throw new DetectorUnavailable(detector, 'out of time');
    return result;
  }
}
