import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Room } from './decoder.ts';

/** Share of the budget for incomplete bodies: slow senders together get no more. */
const ARRIVING_SHARE = 0.5;

/** The share of one exchange in the budget. */
interface Share {
  bytes: number;
  /** Refuses the body; null once it is complete. */
  evict: (() => void) | null;
}

const budgets = new WeakMap<IncomingMessage, BodyBudget>();

/** The budget that a request's body counts against; null if there is none. */
export function budgetOf(req: IncomingMessage): BodyBudget | null {
  return budgets.get(req) ?? null;
}

/** Returns the check whether an exchange can hold `bytes` more. Always true without a budget. */
export function roomFor(req: IncomingMessage): Room {
  const budget = budgetOf(req);
  return (bytes) => req.socket.destroyed || budget === null || budget.hold(req, bytes);
}

/**
 * Limits the total of all bodies in the process: requests, decoded requests, and whole replies. A body counts from its first byte until its
 * response is closed, since judging the reply needs the prompt. Too many arriving: the slowest is refused. Too many held: the newest is.
 */
export class BodyBudget {
  readonly #limit: number;
  /** In order of their start. */
  readonly #shares = new Map<IncomingMessage, Share>();
  #total = 0;
  #arriving = 0;

  readonly #released: (bytes: number) => void;

  /** `released`: called for every released share. */
  constructor(limitBytes: number, released: (bytes: number) => void = () => undefined) {
    this.#limit = limitBytes;
    this.#released = released;
  }

  get total(): number {
    return this.#total;
  }

  /** The server calls it for every request. */
  watch(req: IncomingMessage, res: ServerResponse): void {
    budgets.set(req, this);
    res.once('close', () => this.#release(req));
  }

  /** The body begins to arrive; `evict` is called to make room. */
  begin(req: IncomingMessage, evict: () => void): void {
    this.#shares.set(req, { bytes: 0, evict });
  }

  /** False if the budget is exhausted. */
  take(req: IncomingMessage, bytes: number): boolean {
    const share = this.#shares.get(req);
    if (share === undefined) return true;
    this.#add(share, bytes);
    if (this.#arriving > this.#limit * ARRIVING_SHARE) this.#evictOldest();
    return this.#total <= this.#limit;
  }

  /** Adds what an exchange holds besides the request as sent: the decoded request, its reply. False if the budget is exhausted. */
  hold(req: IncomingMessage, bytes: number): boolean {
    const share = this.#shares.get(req) ?? { bytes: 0, evict: null };
    this.#shares.set(req, share);
    this.#add(share, bytes);
    return this.#total <= this.#limit;
  }

  /** The body is complete. */
  arrived(req: IncomingMessage): void {
    const share = this.#shares.get(req);
    if (!share?.evict) return;
    share.evict = null;
    this.#arriving -= share.bytes;
  }

  /** The body was refused and is not kept. */
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
