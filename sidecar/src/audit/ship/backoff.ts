export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** More than this is not waited because a receiver asks for it. */
  readonly maxAskedMs: number;
}

/** Exponential, with jitter over half of it: many sidecars that lost one collector do not come back to it at once. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  /** `random`: from 0, below 1. */
  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** How long to wait after one more failure; at least what the receiver asks for, within reason. */
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
