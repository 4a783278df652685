import type { CompiledLimits } from '../../policy/compile/compiled.ts';

const MINUTE_MS = 60_000;

/** Why an exchange may not start now. */
export interface Exhausted {
  readonly limit: 'requests-per-minute' | 'tokens-per-minute' | 'concurrent';
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
}

/** Token bucket that refills evenly over a minute. Usage known only afterwards may overdraw it. */
class Bucket {
  #level: number | null = null;
  #atMs = 0;

  /** Level after refilling up to now. Usage carries over when the capacity changes. */
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
 * Rate and concurrency limits of one sidecar, that is of one pod. Owns the counters; they survive policy reloads, so that editing a
 * ConfigMap does not reset the allowance.
 */
export class Meter {
  readonly #requests = new Bucket();
  readonly #tokens = new Bucket();
  #running = 0;

  /** Takes a place, or returns the exhausted limit. Every place must be returned by `leave`. */
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

  /** Ends an exchange; `tokens` is its usage, as far as the reply reports it. */
  leave(tokens: number): void {
    this.#running -= 1;
    this.#tokens.take(tokens);
  }
}

function wait(missing: number, perMinute: number): number {
  return Math.max(1, Math.ceil((missing * 60) / perMinute));
}
