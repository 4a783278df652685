/** Interval of checking the free space while records are written. */
const POLL_MS = 1_000;
/** Interval while it is too low, when no write triggers a check. */
const LOW_POLL_MS = 500;

/** Monitors the free space of the disk, so that refusals can still be recorded. */
export class Floor {
  /** True while the free space is below the floor or unknown. */
  low = false;
  readonly #floorBytes: number;
  readonly #freeBytes: () => Promise<number>;
  readonly #changed: (low: boolean) => void;
  #checkedMs = -Infinity;
  #stopped = false;
  #again: NodeJS.Timeout | null = null;

  /** `changed` is called when `low` changes. */
  constructor(
    floorBytes: number,
    freeBytes: () => Promise<number>,
    changed: (low: boolean) => void = () => undefined,
  ) {
    this.#floorBytes = floorBytes;
    this.#freeBytes = freeBytes;
    this.#changed = changed;
  }

  /** Stops the timer. */
  stop(): void {
    this.#stopped = true;
    if (this.#again !== null) clearTimeout(this.#again);
  }

  #retry(): void {
    this.#again = null;
    void this.check();
  }

  /** Cheap: checks the file system once a second at most, in the background. */
  poll(): void {
    if (performance.now() - this.#checkedMs >= POLL_MS) void this.check();
  }

  /** Never rejects. */
  async check(): Promise<void> {
    this.#checkedMs = performance.now();
    const before = this.low;
    try {
      this.low = (await this.#freeBytes()) < this.#floorBytes;
    } catch {
      this.low = true;
    }
    if (this.low !== before) this.#changed(this.low);
    if (this.low && !this.#stopped) this.#again ??= setTimeout(() => this.#retry(), LOW_POLL_MS).unref();
  }
}
