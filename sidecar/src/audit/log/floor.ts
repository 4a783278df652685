/** How often the free space is asked for while records are written. */
const POLL_MS = 1_000;
/** How often while there is too little, when no write is allowed and so none would ask. */
const LOW_POLL_MS = 500;

/** Watches that the disk does not run full: a refusal that can still be recorded is worth more than one that cannot. */
export class Floor {
  /** True while there is less free space than the floor, or while it cannot be told. */
  low = false;
  readonly #floorBytes: number;
  readonly #freeBytes: () => Promise<number>;
  readonly #changed: (low: boolean) => void;
  #checkedMs = -Infinity;
  #stopped = false;
  #again: NodeJS.Timeout | null = null;

  /** `changed` is told when `low` becomes another. */
  constructor(
    floorBytes: number,
    freeBytes: () => Promise<number>,
    changed: (low: boolean) => void = () => undefined,
  ) {
    this.#floorBytes = floorBytes;
    this.#freeBytes = freeBytes;
    this.#changed = changed;
  }

  /** Asks no more by itself. */
  stop(): void {
    this.#stopped = true;
    if (this.#again !== null) clearTimeout(this.#again);
  }

  #retry(): void {
    this.#again = null;
    void this.check();
  }

  /** Cheap: asks the file system once a second at most, in the background. */
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
