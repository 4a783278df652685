import { createHmac, randomBytes } from 'node:crypto';

/** Number of references kept; the oldest are evicted. */
const MAX_KEPT = 65_536;
const KEEP_MS = 24 * 3_600_000;
/** 128 bits, so that no value can be found that collides with a kept one. */
const KEY_CHARS = 22;

interface Kept {
  readonly untilMs: number;
  readonly isTainted: boolean;
}

/**
 * IDs and sealed data that this process delivered in replies, as keyed hashes. Bounded in number, and in time (24 hours since last use).
 * Survives policy reloads.
 */
export class ReferenceMemory {
  readonly #secret = randomBytes(32);
  readonly #kept = new Map<string, Kept>();
  readonly #max: number;

  constructor(max = MAX_KEPT) {
    this.#max = max;
  }

  /** The key that a value is kept under; it differs by scope. */
  keyOf(scope: string, value: string): string {
    const hash = createHmac('sha256', this.#secret).update(`${scope.length} ${scope}`).update(value);
    return hash.digest('base64').slice(0, KEY_CHARS);
  }

  /** `isTainted`: untrusted text was in the conversation. Taint is never removed. */
  keep(key: string, isTainted: boolean, nowMs: number): void {
    const before = this.#find(key, nowMs);
    this.#kept.delete(key);
    this.#kept.set(key, {
      untilMs: nowMs + KEEP_MS,
      isTainted: isTainted || before?.isTainted === true,
    });
    if (this.#kept.size <= this.#max) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  /** Null if unknown or expired. */
  recall(key: string, nowMs: number): { readonly isTainted: boolean } | null {
    return this.#find(key, nowMs);
  }

  #find(key: string, nowMs: number): Kept | null {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.untilMs <= nowMs ? null : kept;
  }
}

/** What another memory holds, for a policy that is judged without effect: nothing is kept, and nothing of the other changes. */
export class ReferenceView extends ReferenceMemory {
  readonly #base: ReferenceMemory;

  constructor(base: ReferenceMemory) {
    super(0);
    this.#base = base;
  }

  override keyOf(scope: string, value: string): string {
    return this.#base.keyOf(scope, value);
  }

  override keep(): void {
    // The other memory keeps what replies give out.
  }

  override recall(key: string, nowMs: number): { readonly isTainted: boolean } | null {
    return this.#base.recall(key, nowMs);
  }
}
