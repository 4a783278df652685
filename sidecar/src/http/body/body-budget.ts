import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Room } from './decoder.ts';

/** The part of the budget that bodies may take that have not arrived whole: senders that are slow have no more of it between them. */
const ARRIVING_SHARE = 0.5;

/** What one exchange takes of the budget. */
interface Share {
  bytes: number;
  /** Refuses the body; null once all of it is there. */
  evict: (() => void) | null;
}

const budgets = new WeakMap<IncomingMessage, BodyBudget>();

/** The budget that a request's body counts against; null where there is none. */
export function budgetOf(req: IncomingMessage): BodyBudget | null {
  return budgets.get(req) ?? null;
}

/** Where an exchange holds `bytes` more: false where there is no room for them. Always true where nothing is bounded. */
export function roomFor(req: IncomingMessage): Room {
  const budget = budgetOf(req);
  return (bytes) => req.socket.destroyed || budget === null || budget.hold(req, bytes);
}

/**
 * Bounds the sum of the bodies that the process holds: requests, what they decode to, and replies that are gathered. A body counts from
 * its first byte until its response is closed, since the prompt is kept to judge the reply. Too many arriving: the one that takes longest is refused. Too many held: the newest is.
 */
export class BodyBudget {
  readonly #limit: number;
  /** In the order in which they began. */
  readonly #shares = new Map<IncomingMessage, Share>();
  #total = 0;
  #arriving = 0;

  readonly #released: (bytes: number) => void;

  /** `released`: told of every share that is let go of. */
  constructor(limitBytes: number, released: (bytes: number) => void = () => undefined) {
    this.#limit = limitBytes;
    this.#released = released;
  }

  get total(): number {
    return this.#total;
  }

  /** Called by the server for every request. */
  watch(req: IncomingMessage, res: ServerResponse): void {
    budgets.set(req, this);
    res.once('close', () => this.#release(req));
  }

  /** The body begins to arrive; `evict` is called where it must make room. */
  begin(req: IncomingMessage, evict: () => void): void {
    this.#shares.set(req, { bytes: 0, evict });
  }

  /** False: there is no room. */
  take(req: IncomingMessage, bytes: number): boolean {
    const share = this.#shares.get(req);
    if (share === undefined) return true;
    this.#add(share, bytes);
    if (this.#arriving > this.#limit * ARRIVING_SHARE) this.#evictOldest();
    return this.#total <= this.#limit;
  }

  /** Of what an exchange holds beside its request as it was sent: what it decoded to, its reply. False: there is no room. */
  hold(req: IncomingMessage, bytes: number): boolean {
    const share = this.#shares.get(req) ?? { bytes: 0, evict: null };
    this.#shares.set(req, share);
    this.#add(share, bytes);
    return this.#total <= this.#limit;
  }

  /** All of the body is there. */
  arrived(req: IncomingMessage): void {
    const share = this.#shares.get(req);
    if (share === undefined || share.evict === null) return;
    share.evict = null;
    this.#arriving -= share.bytes;
  }

  /** The body is not kept: it was refused. */
  drop(req: IncomingMessage): void {
    this.#release(req);
  }

  #add(share: Share, bytes: number): void {
    share.bytes += bytes;
    this.#total += bytes;
    if (share.evict !== null) this.#arriving += bytes;
  }

  #evictOldest(): void {
    for (const [req, { evict }] of this.#shares) {
      if (evict === null) continue;
      this.#release(req);
      evict();
      return;
    }
  }

  #release(req: IncomingMessage): void {
    const share = this.#shares.get(req);
    if (share === undefined) return;
    this.#shares.delete(req);
    this.#total -= share.bytes;
    if (share.evict !== null) this.#arriving -= share.bytes;
    this.#released(share.bytes);
  }
}
