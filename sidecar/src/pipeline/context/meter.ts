import type { CompiledLimits, CompiledRates } from '../../policy/compile/compiled.ts';

const MINUTE_MS = 60_000;
/** Callers that have an allowance of their own; about 200 bytes each. */
const MAX_CALLERS = 8192;
/** Callers that are looked at to make room for another one. */
const MAX_TRIED = 64;

/** Why an exchange may not start now. */
export interface Exhausted {
  readonly limit: 'requests-per-minute' | 'tokens-per-minute' | 'concurrent';
  /** The limit of one caller; false: of the pod. */
  readonly isOfCaller: boolean;
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
}

/** The rule of a limit that is used up. */
export function limitRule({ limit, isOfCaller }: Pick<Exhausted, 'limit' | 'isOfCaller'>): string {
  return `limits.${isOfCaller ? 'per-caller.' : ''}${limit}`;
}

/** A place that an exchange has under the limits. */
export interface Place {
  /** Counts another request of the exchange, after one that used `tokens`; returns the limit that is used up, under which it may not be sent. */
  again(tokens: number, nowMs: number): Exhausted | null;
  /** Ends the exchange; `tokens` is its usage, as far as the reply reports it. Call it once. */
  leave(tokens: number): void;
}

/** Token bucket that refills evenly over a minute. Usage known only afterwards may overdraw it. */
class Bucket {
  #level: number | null = null;
  #atMs = 0;

  /** Level after refilling up to now. Usage carries over when the capacity changes. */
  level(capacity: number, nowMs: number): number {
    const refilled =
      this.#level === null ? capacity : this.#level + ((nowMs - this.#atMs) * capacity) / MINUTE_MS;
    this.#level = Math.min(capacity, refilled);
    this.#atMs = nowMs;
    return this.#level;
  }

  take(amount: number): void {
    if (this.#level !== null) this.#level -= amount;
  }
}

/** What one caller, or all of them, used of a policy's rates. */
class Allowance {
  readonly #requests = new Bucket();
  readonly #tokens = new Bucket();
  #running = 0;

  exhausted(limits: CompiledRates, nowMs: number): Omit<Exhausted, 'isOfCaller'> | null {
    if (limits.concurrent !== null && this.#running >= limits.concurrent)
      return { limit: 'concurrent', retryAfterSeconds: 1 };
    if (limits.tokensPerMinute !== null) {
      const level = this.#tokens.level(limits.tokensPerMinute, nowMs);
      if (level <= 0)
        return { limit: 'tokens-per-minute', retryAfterSeconds: wait(-level + 1, limits.tokensPerMinute) };
    }
    if (limits.requestsPerMinute !== null) {
      const level = this.#requests.level(limits.requestsPerMinute, nowMs);
      if (level < 1)
        return { limit: 'requests-per-minute', retryAfterSeconds: wait(1 - level, limits.requestsPerMinute) };
    }
    return null;
  }

  enter(rates: CompiledRates): void {
    this.goOn(rates);
    this.#running += 1;
  }

  /** Another request at the same place. */
  goOn({ requestsPerMinute }: CompiledRates): void {
    if (requestsPerMinute !== null) this.#requests.take(1);
  }

  used(tokens: number): void {
    this.#tokens.take(tokens);
  }

  leave(tokens: number): void {
    this.#running -= 1;
    this.used(tokens);
  }

  /** Forgetting it would give its caller nothing. */
  isUnused({ requestsPerMinute, tokensPerMinute }: CompiledRates, nowMs: number): boolean {
    const isFull = (bucket: Bucket, capacity: number | null): boolean =>
      capacity === null || bucket.level(capacity, nowMs) >= capacity;
    return (
      this.#running === 0 &&
      isFull(this.#requests, requestsPerMinute) &&
      isFull(this.#tokens, tokensPerMinute)
    );
  }
}

interface Share {
  readonly of: Allowance;
  readonly rates: CompiledRates;
  readonly isOfCaller: boolean;
}

function exhaustedOf(shares: readonly Share[], nowMs: number): Exhausted | null {
  for (const { of, rates, isOfCaller } of shares) {
    const exhausted = of.exhausted(rates, nowMs);
    if (exhausted !== null) return { ...exhausted, isOfCaller };
  }
  return null;
}

/**
 * Rate and concurrency limits of one sidecar, that is of one pod, and of each of its callers. Owns the counters; they survive policy reloads,
 * so that editing a ConfigMap does not reset the allowance.
 */
export class Meter {
  readonly #all = new Allowance();
  readonly #callers = new Map<string, Allowance>();
  /** For those that there is no room for: they share one. */
  readonly #rest = new Allowance();

  /** Takes a place, or returns the exhausted limit. `caller`: distinguishes callers; null where they have no limits of their own. */
  enter(limits: CompiledLimits, caller: string | null, nowMs: number): Place | Exhausted {
    const { perCaller } = limits;
    const own = perCaller === null || caller === null ? null : this.#of(caller, perCaller, nowMs);
    const shares: Share[] = [{ of: this.#all, rates: limits, isOfCaller: false }];
    if (own !== null && perCaller !== null) shares.unshift({ of: own, rates: perCaller, isOfCaller: true });
    const exhausted = exhaustedOf(shares, nowMs);
    if (exhausted !== null) return exhausted;
    for (const { of, rates } of shares) of.enter(rates);
    return {
      again: (tokens, atMs) => {
        for (const { of } of shares) of.used(tokens);
        // It has its place already.
        const more = shares.map((share) => ({ ...share, rates: { ...share.rates, concurrent: null } }));
        const refused = exhaustedOf(more, atMs);
        if (refused === null) for (const { of, rates } of shares) of.goOn(rates);
        return refused;
      },
      leave: (tokens) => {
        for (const { of } of shares) of.leave(tokens);
      },
    };
  }

  #of(caller: string, limits: CompiledRates, nowMs: number): Allowance {
    const known = this.#callers.get(caller);
    if (known !== undefined) {
      // The order of the map is that of the last use.
      this.#callers.delete(caller);
      this.#callers.set(caller, known);
      return known;
    }
    if (this.#callers.size >= MAX_CALLERS && !this.#forgets(limits, nowMs)) return this.#rest;
    const own = new Allowance();
    this.#callers.set(caller, own);
    return own;
  }

  /** Makes room by one whose allowance is whole. False: there is none among those that were not seen for longest. */
  #forgets(limits: CompiledRates, nowMs: number): boolean {
    let tried = 0;
    for (const [caller, own] of this.#callers) {
      if (own.isUnused(limits, nowMs)) return this.#callers.delete(caller);
      tried += 1;
      if (tried === MAX_TRIED) return false;
    }
    return false;
  }
}

function wait(missing: number, perMinute: number): number {
  return Math.max(1, Math.ceil((missing * 60) / perMinute));
}
