/** How often the free space is asked for while records are written. */
const POLL_MS = 1_000;

/** Watches that the disk does not run full: a refusal that can still be recorded is worth more than one that cannot. */
export class Floor {
  /** True while there is less free space than the floor, or while it cannot be told. */
  low = false;
  readonly #floorBytes: number;
  readonly #freeBytes: () => Promise<number>;
  readonly #changed: (low: boolean) => void;
  #checkedMs = -Infinity;

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
  }
}
