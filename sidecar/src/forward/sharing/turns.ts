/** A reply that shares the event loop. */
export interface TurnTaker {
  /** Its turn: queued data may be processed, as far as `Turns.may` allows. */
  turn(): void;
  /** Kept by `Turns`. A WeakMap holds a young value as long as the map lives, and here the value leads to its key. */
  share?: Share | undefined;
}

interface Share {
  readonly taker: TurnTaker;
  /** Bytes processed in its latest active window. */
  bytes: number;
  window: number;
}

/** Processing time per turn of the event loop before replies must take turns. */
const FREE_MS = 8;
/** Bytes per taker and turn: an inspection reads as much in a few milliseconds. */
const SLICE_BYTES = 16 * 1024;
const WINDOW_MS = 1_000;

/**
 * Shares the event loop between replies. Servers may send faster than replies can be inspected; each read of a socket then takes
 * milliseconds, and with hundreds of them one turn of the event loop takes seconds in which no other exchange is served. So beyond
 * `FREE_MS` in a turn, replies wait, and one of them continues per turn: the one with the fewest bytes in the last second.
 */
export class Turns {
  readonly #now: () => number;
  readonly #waiting = new Set<Share>();
  #turnStartedMs: number | null = null;
  #current: Share | null = null;
  #left = 0;
  #isScheduled = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** False: wait. `taker.turn` is called when it may continue, unless it leaves before. */
  may(taker: TurnTaker, bytes: number): boolean {
    const nowMs = this.#now();
    const share = this.#shareOf(taker, nowMs);
    if (this.#takes(share, nowMs)) {
      share.bytes += bytes;
      this.#left -= bytes;
      return true;
    }
    this.#waiting.add(share);
    this.#schedule();
    return false;
  }

  leave(taker: TurnTaker): void {
    const { share } = taker;
    if (share === undefined) return;
    this.#waiting.delete(share);
    if (this.#current === share) this.#current = null;
  }

  #takes(share: Share, nowMs: number): boolean {
    if (this.#current === share && this.#left > 0) return true;
    if (this.#waiting.size > 0) return false;
    if (this.#turnStartedMs === null) {
      this.#turnStartedMs = nowMs;
      // Runs after the ready sockets have been read.
      setImmediate(() => (this.#turnStartedMs = null));
    }
    return nowMs - this.#turnStartedMs < FREE_MS;
  }

  #shareOf(taker: TurnTaker, nowMs: number): Share {
    const window = Math.floor(nowMs / WINDOW_MS);
    const share = (taker.share ??= { taker, bytes: 0, window });
    if (share.window !== window) {
      share.window = window;
      share.bytes = 0;
    }
    return share;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#next();
    });
  }

  /** One per turn of the event loop, its microtasks included. */
  #next(): void {
    const window = Math.floor(this.#now() / WINDOW_MS);
    let least: Share | null = null;
    let leastBytes = Infinity;
    for (const share of this.#waiting) {
      const bytes = share.window === window ? share.bytes : 0;
      if (bytes >= leastBytes) continue;
      least = share;
      leastBytes = bytes;
    }
    this.#current = least;
    if (least === null) return;
    this.#waiting.delete(least);
    this.#left = SLICE_BYTES;
    least.taker.turn();
    if (this.#waiting.size > 0) this.#schedule();
  }
}
