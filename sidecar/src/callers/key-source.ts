import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';

import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { Agent } from 'undici';

import { KeyFiles } from './key-files.ts';
import type { IssuerKeys } from '../policy/compile/compiled-callers.ts';

/** Keys younger than this are not asked for again. */
const FRESH_MS = 5 * 60_000;
/** How long the last keys are used while the issuer cannot be reached. */
const KEPT_MS = 60 * 60_000;
/** Between two fetches for keys that are not known. */
const COOLDOWN_MS = 30_000;
/** After a fetch that failed none is tried for so long, whatever callers send. */
const PAUSE_MS = 2_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
/** Issuers of a policy and of its shadow, and of those before them. */
const MAX_SETS = 128;

type RemoteSet = ReturnType<typeof createRemoteJWKSet>;

/** The issuer's keys cannot be fetched, or are no JWK Set. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface KeySourceOptions {
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  /** The folder of secrets; null where there is none. */
  readonly secretsDir: string | null;
  /** A fetch or a file that failed, for the log. */
  readonly onFault: (place: string, reason: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What credentials are verified with: the JWK Sets that issuers serve, and files of API keys. Follows no redirect and no proxy of the environment. Owns its connections. */
export class KeySource {
  readonly files: KeyFiles;
  readonly #options: KeySourceOptions;
  readonly #agent: Agent;
  readonly #sets = new Map<string, Opened>();

  constructor(options: KeySourceOptions) {
    const { trust, lookup, secretsDir, onFault, now } = options;
    this.files = new KeyFiles({ dir: secretsDir, onFault, now });
    this.#options = options;
    this.#agent = new Agent({
      connections: 2,
      connectTimeout: TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      maxResponseSize: MAX_BYTES,
      connect: { secureContext: trust, ...(lookup === null ? {} : { lookup }) },
    });
  }

  /**
   * Selects the key for a token (RFC 7517 §4.5) among those at a URL of the policy, which are fetched when they are first needed. Rejects with
   * `KeysUnavailable`, or with what jose says of a set without such a key, or with several.
   */
  at({ url }: Extract<IssuerKeys, { kind: 'fetched' }>): JWTVerifyGetKey {
    const opened = this.#sets.get(url) ?? this.#open(url);
    this.#refresh(opened);
    return async (header, token) => {
      try {
        return await opened.set(header, token);
      } catch (error) {
        if (SELECTION.some((kind) => error instanceof kind)) throw error;
        throw new KeysUnavailable(url, { cause: error });
      }
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #open(url: string): Opened {
    const [oldest] = this.#sets.keys();
    if (this.#sets.size >= MAX_SETS && oldest !== undefined) this.#sets.delete(oldest);
    const opened: Opened = { set: this.#remote(url), askedMs: this.#options.now() };
    this.#sets.set(url, opened);
    return opened;
  }

  #remote(url: string): RemoteSet {
    let failedMs = -Infinity;
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEPT_MS,
      headers: { 'user-agent': 'llm-boundary-sidecar' },
      [customFetch]: async (at, init) => {
        if (this.#options.now() - failedMs < PAUSE_MS) throw new KeysUnavailable(url);
        try {
          return await this.#fetch(at, init);
        } catch (error) {
          failedMs = this.#options.now();
          this.#options.onFault(url, error instanceof Error ? error.message : String(error));
          throw error;
        }
      },
    });
  }

  /** Keys that are old but still good are renewed beside the request that uses them. */
  #refresh(opened: Opened): void {
    const now = this.#options.now();
    if (now - opened.askedMs < FRESH_MS) return;
    opened.askedMs = now;
    // Without keys the request itself asks. The fetch has told what failed.
    if (opened.set.jwks() !== undefined) opened.set.reload().catch(() => undefined);
  }

  /** Rejects unless the answer is 200. */
  async #fetch(...[url, { headers, signal }]: Parameters<FetchImplementation>): Promise<Response> {
    const { origin, pathname } = new URL(url);
    const { statusCode, body } = await this.#agent.request({
      origin,
      path: pathname,
      method: 'GET',
      headers: Object.fromEntries(headers),
      signal,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}, expected 200`);
    return new Response(text);
  }
}

interface Opened {
  readonly set: RemoteSet;
  /** When it was opened, or last renewed before it had to be. */
  askedMs: number;
}

/** What jose says of the keys and a token, not of the fetch. */
const SELECTION = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
