import { hash } from 'node:crypto';

import { ANCHOR } from '../inject/index.ts';
import type { PodIdentity } from './registry.ts';

/** Audience of the sidecars' tokens: a token for another service is rejected. */
export const AUDIENCE = ANCHOR.audience;

/** The API server's review of a token. `pod` is null if it is valid and not of a pod. */
export type TokenAnswer =
  { readonly valid: false } | { readonly valid: true; readonly pod: PodIdentity | null };

/** Calls the API server. @throws if it does not answer */
export type TokenReviewer = (token: string) => Promise<TokenAnswer>;

export type TokenVerdict = 'no_token' | 'bad_token' | 'not_a_pod' | 'unavailable' | PodIdentity;

/** How long a valid token is cached; deletions of pods arrive by the watch. */
const GOOD_MS = 5 * 60_000;
const BAD_MS = 10_000;
const MAX_KNOWN = 50_000;
/** Concurrent reviews. Limits the load on the API server under a flood of bad tokens. */
const MAX_ASKED = 64;
const MAX_TOKEN_CHARS = 16_384;

interface Known {
  readonly verdict: TokenVerdict;
  readonly untilMs: number;
}

/** Identifies the pod of a token. Caches results by the hash of the token, never the token. */
export class Tokens {
  readonly #review: TokenReviewer;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<TokenVerdict>>();

  constructor(review: TokenReviewer, now: () => number) {
    this.#review = review;
    this.#now = now;
  }

  /** @param header `authorization` of the request. Never rejects. */
  async podOf(header: string | undefined): Promise<TokenVerdict> {
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '')?.[1];
    if (token === undefined) return 'no_token';
    if (token.length > MAX_TOKEN_CHARS) return 'bad_token';
    const key = hash('sha256', token, 'hex');
    const known = this.#known.get(key);
    if (known !== undefined && this.#now() < known.untilMs) return known.verdict;
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    if (this.#asked.size >= MAX_ASKED) return 'unavailable';
    const answer = this.#ask(token, key).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #ask(token: string, key: string): Promise<TokenVerdict> {
    let verdict: TokenVerdict;
    try {
      const answer = await this.#review(token);
      verdict = answer.valid ? (answer.pod ?? 'not_a_pod') : 'bad_token';
    } catch {
      return 'unavailable';
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, {
      verdict,
      untilMs: this.#now() + (typeof verdict === 'string' ? BAD_MS : GOOD_MS),
    });
    return verdict;
  }
}
