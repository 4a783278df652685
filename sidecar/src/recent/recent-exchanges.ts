import type { Decision } from '../exchange/index.ts';
import { sizeOf, withDecision, type RecentExchange } from './recent-exchange.ts';

/** `/exchanges` of a sidecar. */
export interface RecentReport {
  readonly v: 1;
  readonly nowMs: number;
  /** Of the record that the numbers of lines are of. */
  readonly log: string;
  /** Older exchanges were dropped, or are left out. */
  readonly isCut: boolean;
  /** Unix time in milliseconds from which on exchanges are kept: the start of the process, or when a console first could ask. */
  readonly sinceMs: number;
  /** Newest first, by the time of their first decision. */
  readonly exchanges: readonly RecentExchange[];
}

export interface RecentOptions {
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  /** Whether a console may ask; while none may, nothing is kept. */
  readonly isAsked: () => boolean;
  readonly limits?: RecentLimits;
}

interface RecentLimits {
  readonly exchanges: number;
  /** As `sizeOf` counts. */
  readonly chars: number;
}

const LIMITS: RecentLimits = { exchanges: 1_000, chars: 1_000_000 };

/** How long an exchange took, milliseconds. */
export interface Took {
  readonly boundaryMs: number;
  /** From its first byte to its end. */
  readonly wholeMs: number;
}

/** Unix times in milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The last exchanges of one process, in memory of bounded size. Older ones are dropped: the record has them. */
export class RecentExchanges {
  readonly #options: RecentOptions;
  readonly #limits: RecentLimits;
  readonly #kept = new Map<string, RecentExchange>();
  #chars = 0;
  #isCut = false;
  #sinceMs: number;

  constructor(options: RecentOptions) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#sinceMs = options.clock();
  }

  /** Notes a decision. `seq`: number of its line; null: it is not on the record. */
  decided(decision: Decision, seq: number | null): void {
    if (!this.#options.isAsked()) {
      // Clearing an empty map makes a new table of it.
      if (this.#kept.size > 0) this.#kept.clear();
      this.#chars = 0;
      this.#sinceMs = this.#options.clock() + 1;
      return;
    }
    const known = this.#kept.get(decision.exchange) ?? null;
    this.#set(withDecision(known, decision, this.#options.clock(), seq), known);
  }

  /** Notes the end. The last line of an exchange may be recorded before it or after it. */
  ended(id: string, { boundaryMs, wholeMs }: Took): void {
    const known = this.#kept.get(id);
    if (known === undefined) return;
    const endMs = this.#options.clock();
    const restMs = tenths(Math.max(0, wholeMs - boundaryMs));
    const startMs = Math.min(known.startMs, endMs - Math.round(wholeMs));
    this.#set({ ...known, startMs, endMs, boundaryMs: tenths(boundaryMs), restMs }, known);
  }

  report(log: string, limit: number): RecentReport {
    const exchanges = [...this.#kept.values()].reverse().slice(0, limit);
    return this.#reportWith(log, this.#isCut || exchanges.length < this.#kept.size, exchanges);
  }

  /**
   * A report of those that began, or were decided on, between two times, both included. `isCut`: others of that time were dropped, or are left
   * out.
   */
  reportBetween(log: string, { fromMs, toMs }: TimeSpan, limit: number): RecentReport {
    const kept = [...this.#kept.values()].reverse();
    const isWithin = (ms: number): boolean => ms >= fromMs && ms <= toMs;
    const meant = kept.filter(
      ({ startMs, steps }) => isWithin(startMs) || steps.some(({ timeMs }) => isWithin(timeMs)),
    );
    const reachesBack = kept.some(({ startMs }) => startMs < fromMs);
    return this.#reportWith(
      log,
      meant.length > limit || (this.#isCut && !reachesBack),
      meant.slice(0, limit),
    );
  }

  /** A report of one exchange, or of none. */
  reportOf(log: string, id: string): RecentReport {
    const found = this.#kept.get(id);
    return this.#reportWith(log, this.#isCut, found === undefined ? [] : [found]);
  }

  #reportWith(log: string, isCut: boolean, exchanges: readonly RecentExchange[]): RecentReport {
    return { v: 1, nowMs: this.#options.clock(), log, isCut, sinceMs: this.#sinceMs, exchanges };
  }

  #set(exchange: RecentExchange, before: RecentExchange | null): void {
    this.#kept.set(exchange.id, exchange);
    this.#chars += sizeOf(exchange) - (before === null ? 0 : sizeOf(before));
    for (const [id, oldest] of this.#kept) {
      if (this.#kept.size <= this.#limits.exchanges && this.#chars <= this.#limits.chars) return;
      this.#kept.delete(id);
      this.#chars -= sizeOf(oldest);
      this.#isCut = true;
    }
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
