/** Failures in a row that open it. */
const MOST_FAILURES = 5;
/** How long nothing is asked then. */
const OPEN_MS = 5_000;

/** Whether a classifier that failed is asked again: after so many failures in a row not for a while, and then once. */
export class Breaker {
  readonly #now: () => number;
  readonly #onChange: (isOpen: boolean) => void;
  #failures = 0;
  #openUntilMs = -Infinity;
  #isTrying = false;

  /** `now`: milliseconds, monotonic. */
  constructor(now: () => number, onChange: (isOpen: boolean) => void) {
    this.#now = now;
    this.#onChange = onChange;
  }

  get isOpen(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** True if it may be asked; then `succeeded` or `failed` must follow. */
  enter(): boolean {
    if (!this.isOpen) return true;
    if (this.#isTrying || this.#now() < this.#openUntilMs) return false;
    this.#isTrying = true;
    return true;
  }

  succeeded(): void {
    const wasOpen = this.isOpen;
    this.#failures = 0;
    this.#isTrying = false;
    if (wasOpen) this.#onChange(false);
  }

  failed(): void {
    const wasOpen = this.isOpen;
    this.#failures += 1;
    this.#isTrying = false;
    if (!this.isOpen) return;
    this.#openUntilMs = this.#now() + OPEN_MS;
    if (!wasOpen) this.#onChange(true);
  }
}
