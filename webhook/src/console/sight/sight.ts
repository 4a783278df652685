import { hash, randomBytes } from 'node:crypto';

import type { Reviews, User } from '../source.ts';
import { Unreviewed, unreviewed } from './unreviewed.ts';

const USER_MS = 30_000;
const BAD_MS = 5_000;
const MAY_MS = 10_000;
/** A user of one namespace is refused all others of a fleet: each would be asked for again with every list. */
const MAY_NOT_MS = 60_000;
const SESSION_MS = 8 * 60 * 60_000;
const MAX_SESSIONS = 1_000;
const MAX_KNOWN = 10_000;
/** Concurrent reviews of tokens. Limits the load on the API server under a flood of bad ones. */
const MAX_REVIEWS = 32;
const MAX_TOKEN_CHARS = 16_384;

/** Answers that are good for a while; a question that is being answered is not asked again. */
class Remembered<T> {
  readonly #known = new Map<string, { readonly answer: Promise<T>; untilMs: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Rejections are not remembered. */
  get(key: string, ask: () => Promise<T>, goodMs: (answer: T) => number): Promise<T> {
    const known = this.#known.get(key);
    if (known !== undefined && this.#now() < known.untilMs) return known.answer;
    if (this.#known.size >= MAX_KNOWN) this.#dropOld();
    const answer = ask();
    const entry = { answer, untilMs: Infinity };
    this.#known.set(key, entry);
    answer.then(
      (value) => (entry.untilMs = this.#now() + goodMs(value)),
      () => this.#known.delete(key),
    );
    return answer;
  }

  /** What is no longer good, or all of it where that is not enough. */
  #dropOld(): void {
    for (const [key, { untilMs }] of this.#known) if (this.#now() >= untilMs) this.#known.delete(key);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
  }
}

/** Sees what one user may see. */
export interface Sight {
  readonly user: User;
  /** Null: all namespaces. For what the console lists. Rejects with Unreviewed. */
  readonly sees: (namespace: string | null) => Promise<boolean>;
  /**
   * For a namespace that the user names. It is reviewed apart from those of lists: else a refusal would come sooner for those with an LLM workload,
   * and its time would tell which these are. Rejects with Unreviewed.
   */
  readonly seesNamed: (namespace: string) => Promise<boolean>;
}

type LoginAnswer =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'bad_token' }
  | { readonly kind: 'too_often' };

/** Sessions, and what the API server says of their users. In memory only. */
export class Sights {
  readonly #reviews: Reviews;
  readonly #now: () => number;
  readonly #users: Remembered<User | null>;
  /** Of lists. */
  readonly #may: Remembered<boolean>;
  readonly #mayNamed: Remembered<boolean>;
  readonly #sessions = new Map<string, { readonly token: string; readonly untilMs: number }>();
  #reviewing = 0;

  constructor(reviews: Reviews, now: () => number) {
    this.#reviews = reviews;
    this.#now = now;
    this.#users = new Remembered(now);
    this.#may = new Remembered(now);
    this.#mayNamed = new Remembered(now);
  }

  /** Rejects with Unreviewed. */
  async login(token: string): Promise<LoginAnswer> {
    if (token === '' || token.length > MAX_TOKEN_CHARS) return { kind: 'bad_token' };
    if (this.#reviewing >= MAX_REVIEWS) return { kind: 'too_often' };
    if ((await this.#user(token)) === null) return { kind: 'bad_token' };
    for (const [id, { untilMs }] of this.#sessions)
      if (untilMs < this.#now() || this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(id);
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(id, { token, untilMs: this.#now() + SESSION_MS });
    return { kind: 'session', id };
  }

  logout(session: string): void {
    this.#sessions.delete(session);
  }

  /**
   * `authorization` comes before the session. The token of a session is reviewed again and again, so that it ends with its token. Null: neither is
   * valid. Rejects with Unreviewed.
   */
  async of(authorization: string | undefined, session: string | null): Promise<Sight | null> {
    const known = session === null ? undefined : this.#sessions.get(session);
    const bearer = /^Bearer ([^\s,]+)$/i.exec(authorization ?? '')?.[1];
    const token = bearer ?? (known !== undefined && this.#now() < known.untilMs ? known.token : undefined);
    if (token === undefined || token.length > MAX_TOKEN_CHARS) return null;
    const user = await this.#user(token);
    if (user === null) return null;
    const key = JSON.stringify(user);
    const list = (known: Remembered<boolean>, namespace: string | null): Promise<boolean> =>
      this.#list(known, { user, key }, namespace);
    const all = (): Promise<boolean> => list(this.#may, null);
    return {
      user,
      sees: async (namespace) => (await all()) || (namespace !== null && list(this.#may, namespace)),
      seesNamed: async (namespace) => (await all()) || list(this.#mayNamed, namespace),
    };
  }

  async #user(token: string): Promise<User | null> {
    return this.#users.get(
      hash('sha256', token, 'hex'),
      async () => {
        if (this.#reviewing >= MAX_REVIEWS)
          throw new Unreviewed('too many tokens are being reviewed; try again');
        this.#reviewing += 1;
        try {
          return await this.#reviews.user(token);
        } catch (error) {
          throw unreviewed('tokenreviews', error);
        } finally {
          this.#reviewing -= 1;
        }
      },
      (user) => (user === null ? BAD_MS : USER_MS),
    );
  }

  #list(
    known: Remembered<boolean>,
    { user, key }: { readonly user: User; readonly key: string },
    namespace: string | null,
  ): Promise<boolean> {
    return known.get(
      JSON.stringify([namespace, key]),
      () =>
        this.#reviews.mayListPods(user, namespace).catch((error: unknown) => {
          throw unreviewed('subjectaccessreviews', error);
        }),
      (may) => (may ? MAY_MS : MAY_NOT_MS),
    );
  }
}
