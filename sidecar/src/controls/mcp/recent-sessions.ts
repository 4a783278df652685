import { hash } from 'node:crypto';

/** 8 MiB. */
const MAX_SESSIONS = 65_536;
/** Since a session was used last. */
const KEEP_MS = 24 * 3_600_000;

/** Sessions that were used within 24 hours. Bounded: the one that was used least recently goes first, and `hasLost` says so for as long as it would have stayed. */
export class RecentSessions {
  /** By digest, in the order of their last use. */
  readonly #usedAtMs = new Map<string, number>();
  readonly #most: number;
  #lostAtMs = -Infinity;

  constructor(most = MAX_SESSIONS) {
    this.#most = most;
  }

  add(session: string, nowMs: number): void {
    this.#keep(keyOf(session), nowMs);
  }

  has(session: string, nowMs: number): boolean {
    return this.#isKept(keyOf(session), nowMs);
  }

  /** As `has`, and the session is used again. */
  use(session: string, nowMs: number): boolean {
    const key = keyOf(session);
    const isKept = this.#isKept(key, nowMs);
    if (isKept) this.#keep(key, nowMs);
    return isKept;
  }

  /** True if one that would still be kept is not. */
  hasLost(nowMs: number): boolean {
    return nowMs - this.#lostAtMs < KEEP_MS;
  }

  #isKept(key: string, nowMs: number): boolean {
    return nowMs - (this.#usedAtMs.get(key) ?? -Infinity) < KEEP_MS;
  }

  #keep(key: string, nowMs: number): void {
    this.#usedAtMs.delete(key);
    this.#usedAtMs.set(key, nowMs);
    for (const [oldest, atMs] of this.#usedAtMs) {
      const isOver = nowMs - atMs >= KEEP_MS;
      if (!isOver && this.#usedAtMs.size <= this.#most) return;
      this.#usedAtMs.delete(oldest);
      if (!isOver) this.#lostAtMs = Math.max(this.#lostAtMs, atMs);
    }
  }
}

/** Servers choose how long an ID is. */
function keyOf(session: string): string {
  return hash('sha256', session, 'base64');
}
