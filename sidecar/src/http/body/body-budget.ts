import type { IncomingMessage, ServerResponse } from 'node:http';
import { Roster, type Entry } from '../../roster/index.ts';
import type { Room } from './decoder.ts';

/** Share of the budget for incomplete bodies: slow senders together get no more. */
const ARRIVING_SHARE = 0.5;

/** The share of one exchange in the budget. */
interface Share {
  bytes: number;
  /** Refuses the body; null once it is complete. */
  evict: (() => void) | null;
}

/** What a request counts against, and with how much. On the request itself: see `Roster`. */
interface Account {
  readonly budget: BodyBudget;
  /** Null while it holds nothing. */
  entry: Entry<Share> | null;
}

const ACCOUNT = Symbol('account of the body budget');

type Watched = IncomingMessage & { [ACCOUNT]?: Account };

/** The budget that a request's body counts against; null if there is none. */
export function budgetOf(req: Watched): BodyBudget | null {
  return req[ACCOUNT]?.budget ?? null;
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
  readonly #shares = new Roster<Share>();
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
  watch(req: Watched, res: ServerResponse): void {
    const account: Account = { budget: this, entry: null };
    req[ACCOUNT] = account;
    res.once('close', () => this.#release(account));
  }

  /** The body begins to arrive; `evict` is called to make room. */
  begin(req: Watched, evict: () => void): void {
    const account = req[ACCOUNT];
    if (account === undefined) return;
    this.#release(account);
    account.entry = this.#shares.add({
      bytes: 0,
      evict: () => {
        this.#release(account);
        evict();
      },
    });
  }

  /** False if the budget is exhausted. */
  take(req: Watched, bytes: number): boolean {
    const share = req[ACCOUNT]?.entry?.value;
    if (share === undefined) return true;
    this.#add(share, bytes);
    if (this.#arriving > this.#limit * ARRIVING_SHARE) this.#evictOldest();
    return this.#total <= this.#limit;
  }

  /** Adds what an exchange holds besides the request as sent: the decoded request, its reply. False if the budget is exhausted. */
  hold(req: Watched, bytes: number): boolean {
    const account = req[ACCOUNT];
    if (account === undefined) return true;
    account.entry ??= this.#shares.add({ bytes: 0, evict: null });
    this.#add(account.entry.value, bytes);
    return this.#total <= this.#limit;
  }

  /** The body is complete. */
  arrived(req: Watched): void {
    const share = req[ACCOUNT]?.entry?.value;
    if (!share?.evict) return;
    share.evict = null;
    this.#arriving -= share.bytes;
  }

  /** The body was refused and is not kept. */
  drop(req: Watched): void {
    const account = req[ACCOUNT];
    if (account !== undefined) this.#release(account);
  }

  #add(share: Share, bytes: number): void {
    share.bytes += bytes;
    this.#total += bytes;
    if (share.evict !== null) this.#arriving += bytes;
  }

  #evictOldest(): void {
    for (const { evict } of this.#shares) {
      if (evict === null) continue;
      evict();
      return;
    }
  }

  #release(account: Account): void {
    const { entry } = account;
    if (entry === null) return;
    account.entry = null;
    this.#shares.remove(entry);
    const share = entry.value;
    this.#total -= share.bytes;
    if (share.evict !== null) this.#arriving -= share.bytes;
    this.#released(share.bytes);
  }
}
