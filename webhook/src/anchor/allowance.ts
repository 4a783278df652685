/** Places that are used up one by one and come back with time. */
export class Allowance {
  readonly #places: number;
  readonly #everyMs: number;
  #left: number;
  #atMs: number;

  /** @param places at most @param everyMs after which one comes back */
  constructor(places: number, everyMs: number, nowMs: number) {
    this.#places = places;
    this.#everyMs = everyMs;
    this.#left = places;
    this.#atMs = nowMs;
  }

  has(nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#places, this.#left + elapsedMs / this.#everyMs);
    this.#atMs = nowMs;
    return this.#left >= 1;
  }

  take(): void {
    this.#left -= 1;
  }
}

/** An allowance for each of many; those that were not used for longest are forgotten, which gives them back theirs. */
export class Allowances {
  readonly #of = new Map<string, Allowance>();
  readonly #make: (nowMs: number) => Allowance;
  readonly #most: number;

  constructor(most: number, make: (nowMs: number) => Allowance) {
    this.#most = most;
    this.#make = make;
  }

  of(key: string, nowMs: number): Allowance {
    const found = this.#of.get(key) ?? this.#make(nowMs);
    this.#of.delete(key);
    this.#of.set(key, found);
    for (const [oldest] of this.#of) {
      if (this.#of.size <= this.#most) break;
      this.#of.delete(oldest);
    }
    return found;
  }
}
