import {
  BLINDNESS,
  CONDITION_NAMES,
  CONDITIONS,
  conditionOf,
  type Blindness,
  type Condition,
  type Reason,
} from './condition.ts';
import type { Found } from './found.ts';

/** What must have been seen before a condition counts as met. */
export const ENOUGH = { exchanges: 100, ms: 24 * 60 * 60 * 1_000 } as const;

/** `broken`: at least one exchange did not meet it. `unknown`: not enough was seen. */
export type ConditionState = 'met' | 'broken' | 'unknown';

interface Times {
  /** Exchanges since the start of the process. */
  readonly exchanges: number;
  /** Unix times in milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface ConditionReport {
  readonly condition: Condition;
  readonly state: ConditionState;
  /** Exchanges that were judged since the last one that could not be. */
  readonly exchanges: number;
  /** Unix time in milliseconds since when all exchanges could be judged. */
  readonly sinceMs: number;
  readonly breaks: readonly (Times & { readonly reason: Reason })[];
  /** Why exchanges could not be judged; `exchanges` is 0 for what concerns all of them. */
  readonly blind: readonly (Times & { readonly reason: Blindness })[];
}

/** `suffices`: infrastructure controls suffice. `needed`: the boundary is needed. `unknown`: not known yet. */
export type Need = 'suffices' | 'needed' | 'unknown';

/** What a sidecar measured of the four conditions. Everything is from closed sets, or a number. */
export interface ConditionsReport {
  readonly v: 1;
  readonly verdict: Need;
  /** Start of the process, before which nothing is known: Unix time in milliseconds. */
  readonly sinceMs: number;
  /** Time of the report, by the same clock. */
  readonly nowMs: number;
  /** Exchanges with models that were read. */
  readonly exchanges: number;
  /** What `met` takes. */
  readonly enough: typeof ENOUGH;
  readonly conditions: readonly ConditionReport[];
}

export interface WatchOptions {
  /** Unix time in milliseconds, which must not go back or jump. */
  readonly clock: () => number;
  /** Every connection that a container dials passes the sidecar. */
  readonly seesOutbound: boolean;
  /** An exchange did not meet a condition. Called once for each exchange and reason. `ceases`: until then all four were met. */
  readonly onBreak: (condition: Condition, reason: Reason, ceases: boolean) => void;
}

interface Counted {
  exchanges: number;
  readonly firstMs: number;
  lastMs: number;
}

interface Known {
  exchanges: number;
  sinceMs: number;
  readonly breaks: Map<Reason, Counted>;
  readonly blind: Map<Blindness, Counted>;
}

/** Notes what one exchange shows. */
export interface ExchangeSight {
  /** @param isRequest the request to a model was read: it counts as an exchange */
  note(found: Found, isRequest?: boolean): void;
}

/** What the exchanges of one process show of the four conditions, in memory of constant size. A restart forgets it. */
export class ConditionsWatch {
  readonly #options: WatchOptions;
  readonly #startMs: number;
  readonly #known: Readonly<Record<Condition, Known>>;
  #exchanges = 0;
  #isBroken = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#startMs = options.clock();
    const begin = (): Known => ({
      exchanges: 0,
      sinceMs: this.#startMs,
      breaks: new Map(),
      blind: new Map(),
    });
    this.#known = {
      stateless: begin(),
      no_tools: begin(),
      no_sensitive_context: begin(),
      no_external_effect: begin(),
    };
  }

  /** For one exchange or connection, whose reasons count once. */
  exchange(): ExchangeSight {
    const noted = new Set<Reason | Blindness>();
    return {
      note: ({ reasons, blind }, isRequest = false) => {
        const nowMs = this.#options.clock();
        const ceases = reasons.length > 0 && !this.#isBroken && this.report().verdict === 'suffices';
        this.#isBroken ||= reasons.length > 0;
        if (isRequest) {
          this.#exchanges += 1;
          for (const condition of CONDITION_NAMES) this.#known[condition].exchanges += 1;
        }
        for (const reason of blind) {
          for (const condition of BLINDNESS[reason]) this.#hide(condition, reason, nowMs, noted.has(reason));
          noted.add(reason);
        }
        for (const reason of reasons) {
          if (noted.has(reason)) continue;
          noted.add(reason);
          const condition = conditionOf(reason);
          count(this.#known[condition].breaks, reason, nowMs);
          this.#options.onBreak(condition, reason, ceases);
        }
      },
    };
  }

  report(): ConditionsReport {
    const nowMs = this.#options.clock();
    const conditions = CONDITION_NAMES.map((condition) => this.#reportOf(condition, nowMs));
    return {
      v: 1,
      verdict: verdictOf(conditions.map(({ state }) => state)),
      sinceMs: Math.round(this.#startMs),
      nowMs: Math.round(nowMs),
      exchanges: this.#exchanges,
      enough: ENOUGH,
      conditions,
    };
  }

  #hide(condition: Condition, reason: Blindness, nowMs: number, isNoted: boolean): void {
    const known = this.#known[condition];
    known.exchanges = 0;
    known.sinceMs = nowMs;
    if (!isNoted) count(known.blind, reason, nowMs);
  }

  #reportOf(condition: Condition, nowMs: number): ConditionReport {
    const { exchanges, sinceMs, breaks, blind } = this.#known[condition];
    const isHidden = condition === 'no_external_effect' && !this.#options.seesOutbound;
    const isEnough = exchanges >= ENOUGH.exchanges && nowMs - sinceMs >= ENOUGH.ms;
    const always = { exchanges: 0, firstMs: Math.round(this.#startMs), lastMs: Math.round(nowMs) };
    return {
      condition,
      state: breaks.size > 0 ? 'broken' : isEnough && !isHidden ? 'met' : 'unknown',
      exchanges,
      sinceMs: Math.round(sinceMs),
      breaks: CONDITIONS[condition].flatMap((reason) => timesOf(breaks, reason)),
      blind: [
        ...[...blind.keys()].flatMap((reason) => timesOf(blind, reason)),
        ...(isHidden ? [{ reason: 'outbound_not_captured' as const, ...always }] : []),
      ],
    };
  }
}

/** The verdict on the workload, from the states of all conditions. */
export function verdictOf(states: readonly ConditionState[]): Need {
  if (states.includes('broken')) return 'needed';
  return states.every((state) => state === 'met') ? 'suffices' : 'unknown';
}

function count<T>(counts: Map<T, Counted>, reason: T, nowMs: number): void {
  const before = counts.get(reason);
  if (before === undefined) counts.set(reason, { exchanges: 1, firstMs: nowMs, lastMs: nowMs });
  else {
    before.exchanges += 1;
    before.lastMs = nowMs;
  }
}

function timesOf<T>(counts: ReadonlyMap<T, Counted>, reason: T): readonly (Times & { readonly reason: T })[] {
  const times = counts.get(reason);
  if (times === undefined) return [];
  const { exchanges, firstMs, lastMs } = times;
  return [{ reason, exchanges, firstMs: Math.round(firstMs), lastMs: Math.round(lastMs) }];
}
