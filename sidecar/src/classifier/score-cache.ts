import { createHmac, randomBytes } from 'node:crypto';

import { callerKey, type Caller } from '../exchange/index.ts';

/** An entry takes about 150 bytes. */
const MAX_ENTRIES = 16_384;

/**
 * Scores by keyed digest of a text and its caller, so that the time of an answer does not tell one caller what another has sent. The key is
 * of this process. Entries that were used least recently are dropped first.
 */
export class ScoreCache {
  readonly #key = randomBytes(32);
  readonly #scores = new Map<string, number>();
  readonly #most: number;

  constructor(most = MAX_ENTRIES) {
    this.#most = most;
  }

  /** The place of a text; null for one that has no digest of its own: UTF-8 has no lone surrogates. */
  keyOf(text: string, caller: Caller): string | null {
    if (!text.isWellFormed()) return null;
    return createHmac('sha256', this.#key)
      .update(`${callerKey(caller)}\n${text}`)
      .digest('base64');
  }

  get(key: string | null): number | undefined {
    const score = key === null ? undefined : this.#scores.get(key);
    if (key === null || score === undefined) return undefined;
    this.#scores.delete(key);
    this.#scores.set(key, score);
    return score;
  }

  set(key: string | null, score: number): void {
    if (key === null) return;
    this.#scores.set(key, score);
    const [oldest] = this.#scores.keys();
    if (this.#scores.size > this.#most && oldest !== undefined) this.#scores.delete(oldest);
  }
}
