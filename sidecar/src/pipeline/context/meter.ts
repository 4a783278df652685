import type { CompiledLimits } from '../../policy/compile/compiled.ts';

const MINUTE_MS = 60_000;

/** Why an exchange may not start now. */
export interface Exhausted {
  readonly limit: 'requests-per-minute' | 'tokens-per-minute' | 'concurrent';
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
}

/** A bucket that fills evenly over a minute and may be overdrawn by what is only known afterwards. */
class Bucket {
  #level: number | null = null;
  #atMs = 0;

  /** Level after refilling to now. A changed capacity keeps what was used. */
  level(capacity: number, nowMs: number): number {
    const refilled =
      this.#level === null ? capacity : this.#level + ((nowMs - this.#atMs) * capacity) / MINUTE_MS;
    this.#level = Math.min(capacity, refilled);
    this.#atMs = nowMs;
    return this.#level;
  }

  take(amount: number): void {
    if (this.#level !== null) this.#level -= amount;
  }
}

/**
 * Rates and concurrency of one sidecar, which is one workload's pod: limits hold per pod. Owns its counters; they outlive policy
 * reloads, so that touching a ConfigMap does not give a fresh allowance.
 */
export class Meter {
  readonly #requests = new Bucket();
  readonly #tokens = new Bucket();
  #running = 0;

  /** Takes a place, or says what is exhausted. Every place taken must be given back by `leave`. */
  enter(limits: CompiledLimits, nowMs: number): Exhausted | null {
    if (limits.concurrent !== null && this.#running >= limits.concurrent)
      return { limit: 'concurrent', retryAfterSeconds: 1 };
    if (limits.tokensPerMinute !== null) {
      const level = this.#tokens.level(limits.tokensPerMinute, nowMs);
      if (level <= 0)
        return { limit: 'tokens-per-minute', retryAfterSeconds: wait(-level + 1, limits.tokensPerMinute) };
    }
    if (limits.requestsPerMinute !== null) {
      const level = this.#requests.level(limits.requestsPerMinute, nowMs);
      if (level < 1)
        return { limit: 'requests-per-minute', retryAfterSeconds: wait(1 - level, limits.requestsPerMinute) };
      this.#requests.take(1);
    }
    this.#running += 1;
    return null;
  }

  /** The exchange is over; `tokens` is what it used, where the reply said so. */
  leave(tokens: number): void {
    this.#running -= 1;
    this.#tokens.take(tokens);
  }
}

function wait(missing: number, perMinute: number): number {
  return Math.max(1, Math.ceil((missing * 60) / perMinute));
}
