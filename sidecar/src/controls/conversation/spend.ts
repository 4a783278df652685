import { hash } from 'node:crypto';

import type { Exchange, Usage } from '../../exchange/index.ts';
import type { CompiledBudget } from '../../policy/compile/compiled.ts';
import { scopeOf } from './scope.ts';
import type { SharedAmount, SharedPart, SharedState } from './shared-state.ts';
import { WindowCounters } from './window-counters.ts';

/** Counters at the same time: 20 MB at most. */
const MAX_COUNTERS = 8_192;
/** Budgets of a policy, and of those before it, for whoever has no counter. */
const MAX_SHARED = 1_024;

/** Stored responses whose counts are kept; the oldest are forgotten. 2 MB at most. */
const MAX_STORED = 16_384;

/** Tokens that were counted of a stored response, in whichever exchange. */
interface Counted {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const NOTHING: Counted = { inputTokens: 0, outputTokens: 0 };
const ALL: Counted = { inputTokens: Infinity, outputTokens: Infinity };

/** Tokens that were used. Where there is no room for another counter, those without one share one, so that their budgets are used up together. */
export class SpendLog {
  readonly #own = new WindowCounters(MAX_COUNTERS);
  readonly #shared = new WindowCounters(MAX_SHARED);
  readonly #stored = new Map<string, Counted>();

  used(scope: string, budget: CompiledBudget, nowMs: number): number {
    const [counters, key] = this.#at(scope, budget, nowMs);
    return counters.read(key, budget.windowMs, nowMs) ?? Infinity;
  }

  add(scope: string, budget: CompiledBudget, tokens: number, nowMs: number): void {
    const [counters, key] = this.#at(scope, budget, nowMs);
    counters.add(key, budget.windowMs, tokens, nowMs);
  }

  /** How long until less than the limit is used. */
  waitMs(scope: string, budget: CompiledBudget, nowMs: number): number {
    const [counters, key] = this.#at(scope, budget, nowMs);
    return counters.waitMs(key, budget.windowMs, budget.limit, nowMs);
  }

  /** Notes what is known to be used by a stored response, and returns what was counted of it before. */
  settle(server: string, id: string, { inputTokens, outputTokens }: Counted): Counted {
    const key = hash('sha256', JSON.stringify([server, id]), 'base64');
    const before = this.#stored.get(key) ?? NOTHING;
    this.#stored.delete(key);
    this.#stored.set(key, {
      inputTokens: Math.max(inputTokens, before.inputTokens),
      outputTokens: Math.max(outputTokens, before.outputTokens),
    });
    for (const oldest of this.#stored.keys()) {
      if (this.#stored.size <= MAX_STORED) break;
      this.#stored.delete(oldest);
    }
    return before;
  }

  /** What all replicas counted, in place of what this one knew. */
  replace(scope: string, budget: CompiledBudget, parts: readonly SharedPart[], nowMs: number): void {
    this.#own.replace(keyOf(scope, budget), budget.windowMs, parts, nowMs);
  }

  #at(scope: string, budget: CompiledBudget, nowMs: number): readonly [WindowCounters, string] {
    const { of, windowMs, counts, unreported } = budget;
    const own = keyOf(scope, budget);
    if (this.#own.read(own, windowMs, nowMs) !== null) return [this.#own, own];
    return [this.#shared, JSON.stringify([of, windowMs, counts, unreported])];
  }
}

function keyOf(scope: string, { of, windowMs, counts, unreported }: CompiledBudget): string {
  return JSON.stringify([of, windowMs, counts, unreported, scope]);
}

/** A budget that is used up. */
export interface Spent {
  /** What is used up, for the caller and the operator. */
  readonly detail: string;
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
}

/** Tokens of an exchange, for all budgets that it counts under. */
export class Spending {
  readonly #exchange: Exchange;
  readonly #budgets: readonly CompiledBudget[];
  readonly #log: SpendLog;
  readonly #now: () => number;
  readonly #state: SharedState | null;

  constructor(
    exchange: Exchange,
    budgets: readonly CompiledBudget[],
    {
      log,
      now,
      state,
    }: { readonly log: SpendLog; readonly now: () => number; readonly state: SharedState | null },
  ) {
    this.#exchange = exchange;
    this.#budgets = budgets;
    this.#log = log;
    this.#now = now;
    this.#state = state;
  }

  /** Reads what all replicas counted. False: the server cannot be reached. */
  async fetch(): Promise<boolean> {
    if (this.#state === null || this.#budgets.length === 0 || this.#isFree) return true;
    const step = await this.#state.add(this.#budgets.map((budget) => this.#amount(budget, 0)));
    if (step === null) return false;
    for (const [index, budget] of this.#budgets.entries())
      this.#log.replace(scopeOf(this.#exchange, budget.of), budget, step.before[index] ?? [], this.#now());
    return true;
  }

  #amount(budget: CompiledBudget, amount: number): SharedAmount {
    const key = `spend ${keyOf(scopeOf(this.#exchange, budget.of), budget)}`;
    return { key, windowMs: budget.windowMs, amount };
  }

  /** The budget that is used up for longest; null if the exchange may start. */
  exhausted(): Spent | null {
    const nowMs = this.#now();
    let found: Spent | null = null;
    for (const budget of this.#budgets) {
      const { limit, of, counts, window } = budget;
      const scope = scopeOf(this.#exchange, of);
      if (this.#log.used(scope, budget, nowMs) < limit) continue;
      const retryAfterSeconds = Math.max(1, Math.ceil(this.#log.waitMs(scope, budget, nowMs) / 1000));
      const detail = `the ${NAMES[counts]} of this ${of} for ${window} are used up: limits.spend of the policy allows ${limit}; stop here, or go on after the time in retry-after`;
      if (found === null || retryAfterSeconds > found.retryAfterSeconds)
        found = { detail, retryAfterSeconds };
    }
    return found;
  }

  /**
   * What the exchange used, as the model server reports it. `chars`: of its texts, for what is not reported; null where no model answered.
   * `reply`: the ID that its reply has; null if none was seen. Returns how many of its tokens were counted before.
   */
  add(
    reported: Usage,
    chars: { readonly request: number; readonly reply: number } | null,
    reply: string | null,
  ): number {
    const nowMs = this.#now();
    const estimate = {
      inputTokens: tokensIn(chars?.request ?? 0),
      outputTokens: tokensIn(chars?.reply ?? 0),
    };
    const usage = {
      inputTokens: told(reported.inputTokens, estimate.inputTokens),
      outputTokens: told(reported.outputTokens, estimate.outputTokens),
    };
    const before = this.#countedOf(reply, {
      inputTokens: usage.inputTokens ?? estimate.inputTokens,
      outputTokens: usage.outputTokens ?? estimate.outputTokens,
    });
    for (const budget of before === ALL ? [] : this.#budgets) {
      const missing =
        budget.unreported === 'exhaust' && chars !== null
          ? { inputTokens: Infinity, outputTokens: Infinity }
          : estimate;
      const input = Math.max(0, (usage.inputTokens ?? missing.inputTokens) - before.inputTokens);
      const output = Math.max(0, (usage.outputTokens ?? missing.outputTokens) - before.outputTokens);
      const used = { tokens: input + output, inputTokens: input, outputTokens: output }[budget.counts];
      this.#log.add(scopeOf(this.#exchange, budget.of), budget, used, nowMs);
      this.#state?.addLater([this.#amount(budget, used)]);
    }
    return before.inputTokens + before.outputTokens;
  }

  /** What is fetched are no tokens of a model: a list of items. */
  get #isFree(): boolean {
    const { isFetch = false, fetched } = this.#exchange.prompt;
    return isFetch && fetched === undefined;
  }

  /** What was counted of a reply before: something only where it is fetched. */
  #countedOf(reply: string | null, used: Counted): Counted {
    const { dialect, direction, host, prompt } = this.#exchange;
    if (this.#isFree) return ALL;
    const id = prompt.fetched ?? reply;
    // No other dialect has replies that are fetched.
    if (dialect !== 'openai-responses' || id === null) return NOTHING;
    const before = this.#log.settle(`${direction} ${host ?? ''}`, id, used);
    return prompt.fetched === undefined ? NOTHING : before;
  }
}

/** A count of zero for a text that is there tells nothing. */
function told(count: number | null, estimate: number): number | null {
  return count === 0 && estimate > 0 ? null : count;
}

/** Average of English. Exact counts come only from servers that report usage. */
const CHARS_PER_TOKEN = 4;

export function tokensIn(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

const NAMES: Readonly<Record<CompiledBudget['counts'], string>> = {
  tokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
};
