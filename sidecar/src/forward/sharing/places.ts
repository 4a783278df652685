interface Waiting {
  readonly caller: string;
  readonly start: () => void;
}

export interface PlaceLimits {
  /** Concurrent exchanges. */
  readonly most: number;
  /** Concurrent exchanges of one caller. */
  readonly mostOfCaller: number;
  /** Exchanges that may wait. */
  readonly mostWaiting: number;
}

/** The connections to one server, shared between callers: a caller at its limit waits, and others overtake it. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #active = new Map<string, number>();
  #total = 0;
  #queue: Waiting[] = [];

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** No exchange is in progress or waiting. */
  get idle(): boolean {
    return this.#total === 0 && this.#queue.length === 0;
  }

  /** Calls `start` now, or once a place is free. False: too many wait. */
  enter(caller: string, start: () => void): boolean {
    if (this.#hasRoom(caller)) {
      this.#take({ caller, start });
      return true;
    }
    if (this.#queue.length >= this.#limits.mostWaiting) return false;
    this.#queue.push({ caller, start });
    return true;
  }

  /** One exchange of this caller ended. */
  leave(caller: string): void {
    const left = (this.#active.get(caller) ?? 1) - 1;
    if (left === 0) this.#active.delete(caller);
    else this.#active.set(caller, left);
    this.#total -= 1;
    const index = this.#queue.findIndex((waiting) => this.#hasRoom(waiting.caller));
    const [next] = index < 0 ? [] : this.#queue.splice(index, 1);
    if (next !== undefined) this.#take(next);
  }

  #hasRoom(caller: string): boolean {
    const { most, mostOfCaller } = this.#limits;
    return this.#total < most && (this.#active.get(caller) ?? 0) < mostOfCaller;
  }

  #take({ caller, start }: Waiting): void {
    this.#active.set(caller, (this.#active.get(caller) ?? 0) + 1);
    this.#total += 1;
    start();
  }
}
