import { createHmac, hash, randomBytes } from 'node:crypto';

import type { Identity } from '../exchange/index.ts';

/** Whoever has one is its subject. 256 random bits, so that a plain hash of it can be kept: nothing can be tried that would find it. */
const FORM = /^llmb_[A-Za-z0-9_-]{43}$/;
const ANYWHERE = /llmb_[A-Za-z0-9_-]{43}/;
/** Any other credential is not for the boundary. */
const PREFIX = 'llmb_';

const MAX_CHARS = 256;
const MAX_GROUPS = 256;
const MAX_ENTRIES = 4096;

/** What is kept of an API key. */
export interface ApiKeyEntry {
  /** SHA-256 of the key, 64 lower-case hex digits. */
  readonly sha256: string;
  readonly subject: string;
  readonly groups: readonly string[];
  /** UTC, as `Date.prototype.toISOString` writes it. */
  readonly expires: string;
}

/** A line of a file of keys is invalid. The message names the line, and nothing of what it holds. */
class KeyFileInvalid extends Error {
  override readonly name = 'KeyFileInvalid';
}

/** True if a whole key stands anywhere in the text. */
export function hasApiKey(text: string): boolean {
  return ANYWHERE.test(text);
}

export function isForBoundary(credential: string): boolean {
  return credential.startsWith(PREFIX);
}

function hashOf(apiKey: string): string {
  return hash('sha256', apiKey, 'hex');
}

/** A new key, and the entry for it. */
export function mintKey(entry: Omit<ApiKeyEntry, 'sha256'>): {
  readonly apiKey: string;
  readonly line: string;
} {
  const apiKey = PREFIX + randomBytes(32).toString('base64url');
  const { subject, groups, expires } = entry;
  return {
    apiKey,
    line: JSON.stringify({ sha256: hashOf(apiKey), subject, groups, expires } satisfies ApiKeyEntry),
  };
}

/** The keys of a file. */
export class ApiKeys {
  /** By a keyed digest of the hash: what a comparison takes tells nothing of the hashes that are here. */
  readonly #found = new Map<string, ApiKeyEntry>();
  readonly #secret = randomBytes(32);
  readonly #issuer: string;

  /** `text`: an entry a line, in JSON; empty lines do not count. @throws KeyFileInvalid */
  constructor(file: string, text: string) {
    this.#issuer = `api-keys:${file}`;
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const entry = entryIn(line);
      const wrong = (what: string): KeyFileInvalid => new KeyFileInvalid(`line ${index + 1} ${what}`);
      if (entry === null)
        throw wrong(
          'is no entry as "llm-boundary-sidecar callers key" writes it: sha256, subject, groups, expires',
        );
      if (this.#found.has(this.#place(entry.sha256))) throw wrong('has a key that another line has too');
      if (this.#found.size === MAX_ENTRIES) throw wrong(`is beyond ${MAX_ENTRIES} entries`);
      this.#found.set(this.#place(entry.sha256), entry);
    }
  }

  /** Whose key it is; null if it is none of these. `nowMs`: since the epoch. */
  identityOf(apiKey: string, nowMs: number): Identity | 'key_expired' | null {
    const entry = FORM.test(apiKey) ? this.#found.get(this.#place(hashOf(apiKey))) : undefined;
    if (entry === undefined) return null;
    if (Date.parse(entry.expires) <= nowMs) return 'key_expired';
    const { subject, groups } = entry;
    return { via: 'api-key', issuer: this.#issuer, subject, groups, claims: {}, actor: null };
  }

  #place(sha256: string): string {
    return createHmac('sha256', this.#secret).update(sha256).digest('base64');
  }
}

/** Null: it is none, or has anything else. */
function entryIn(line: string): ApiKeyEntry | null {
  const read = jsonIn(line);
  if (typeof read !== 'object' || read === null) return null;
  const { sha256, subject, groups, expires, ...rest } = read as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) return null;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return null;
  if (!isName(subject) || !isEnd(expires)) return null;
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS) return null;
  const names: readonly unknown[] = groups;
  return names.every(isName) ? { sha256, subject, groups: names, expires } : null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** As in tokens. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_CHARS;
}

function isEnd(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
}
