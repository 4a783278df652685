import type { Ahead } from './ahead.ts';
import type { Classified } from './ingress/classifier.ts';

/** What is known of the texts before they are judged. */
export interface Known {
  /** What was scanned before; its time counts. Absent: nothing. */
  readonly ahead?: Ahead | undefined;
  /** What the classifier of the policy says. Absent: it was not asked. */
  readonly classified?: Classified | undefined;
}

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
  readonly #allowedMs: number;
  readonly #endMs: number;
  readonly #now: () => number;
  #hasRun = false;
  readonly ahead: Ahead | undefined;
  readonly classified: Classified | undefined;

  constructor(allowedMs: number, now: () => number, { ahead, classified }: Known = {}) {
    this.#allowedMs = allowedMs;
    this.#now = now;
    this.#endMs = now() + allowedMs - (ahead?.spentMs ?? 0);
    this.ahead = ahead;
    this.classified = classified;
  }

  /** The same time again, from now on. */
  anew(): Budget {
    return new Budget(this.#allowedMs, this.#now);
  }

  /** Runs one detector. @throws DetectorUnavailable if it throws or exceeds the budget: other findings may be missing. */
  run<T>(detector: string, detect: () => T): T {
    // Scanned ahead, time may be up before the first run. Each run ends with a check, which is the one before the next run too.
    if (!this.#hasRun) this.check(detector);
    this.#hasRun = true;
    let result: T;
    try {
      result = detect();
    } catch (error) {
      throw new DetectorUnavailable(detector, 'failed', error);
    }
    this.check(detector);
    return result;
  }

  /** @throws DetectorUnavailable if the time is up. */
  check(detector: string): void {
    if (this.#now() > this.#endMs) throw new DetectorUnavailable(detector, 'out of time');
  }
}
