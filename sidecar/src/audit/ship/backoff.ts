export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Upper bound for a delay that the receiver requests. */
  readonly maxAskedMs: number;
}

/** Exponential backoff with jitter over half of it, so that many sidecars do not return to a collector at once. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  /** `random`: from 0, below 1. */
  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Delay after one more failure; at least the receiver's, up to `maxAskedMs`. */
  failed(retryAfterMs: number | null): number {
    const { firstMs, maxMs, maxAskedMs } = this.#limits;
    const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    const ownMs = ceiling / 2 + (ceiling / 2) * this.#random();
    return Math.max(ownMs, Math.min(retryAfterMs ?? 0, maxAskedMs));
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
