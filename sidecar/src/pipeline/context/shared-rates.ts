import { sumOf, type SharedAmount, type SharedPart, type SharedState } from '../../controls/index.ts';
import type { CompiledLimits, CompiledRates } from '../../policy/compile/compiled.ts';
import type { Exhausted } from './meter.ts';

const MINUTE_MS = 60_000;
const PARTS = 60;

interface Counter extends SharedAmount {
  readonly exhausted: Pick<Exhausted, 'limit' | 'isOfCaller'>;
}

/** Requests and tokens per minute of one exchange, as the replicas count them together. */
export class SharedRates {
  readonly #state: SharedState;
  readonly #counters: readonly Counter[];

  /** `caller`: distinguishes callers; null where they have no limits of their own. */
  constructor(state: SharedState, limits: CompiledLimits, caller: string | null) {
    this.#state = state;
    const { perCaller } = limits;
    this.#counters = [
      ...(perCaller === null || caller === null ? [] : countersOf(perCaller, caller)),
      ...countersOf(limits, null),
    ];
  }

  /** Counts the request, unless a limit is used up, which it returns. */
  async enter(): Promise<Exhausted | 'unreachable' | null> {
    if (this.#counters.length === 0) return null;
    const step = await this.#state.add(this.#counters);
    if (step === null) return 'unreachable';
    if (!step.isFull) return null;
    for (const [index, { exhausted, limit = Infinity }] of this.#counters.entries()) {
      const before = step.before[index] ?? [];
      if (sumOf(before) >= limit) return { ...exhausted, retryAfterSeconds: secondsUntil(before, limit) };
    }
    return null;
  }

  /** Counts what the exchange used. */
  used(tokens: number): void {
    const counters = this.#counters.filter(({ exhausted }) => exhausted.limit === 'tokens-per-minute');
    this.#state.addLater(counters.map(({ key, windowMs }) => ({ key, windowMs, amount: tokens })));
  }
}

function countersOf(
  { requestsPerMinute, tokensPerMinute }: CompiledRates,
  caller: string | null,
): readonly Counter[] {
  const counter = (limit: Counter['exhausted']['limit'], most: number | null): readonly Counter[] => {
    if (most === null) return [];
    const exhausted = { limit, isOfCaller: caller !== null };
    const key = `rate ${JSON.stringify([limit, caller])}`;
    return [
      { key, windowMs: MINUTE_MS, amount: limit === 'requests-per-minute' ? 1 : 0, limit: most, exhausted },
    ];
  };
  return [
    ...counter('tokens-per-minute', tokensPerMinute),
    ...counter('requests-per-minute', requestsPerMinute),
  ];
}

/** Until less than the limit is counted; whole seconds, at least 1. */
function secondsUntil(parts: readonly SharedPart[], limit: number): number {
  let left = sumOf(parts);
  for (const { ago, amount } of [...parts].sort((a, b) => b.ago - a.ago)) {
    left -= amount;
    if (left < limit) return Math.max(1, PARTS + 1 - ago);
  }
  return PARTS + 1;
}
