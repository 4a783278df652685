import { createHmac, randomBytes } from 'node:crypto';

import { callerKey, type Exchange } from '../../exchange/index.ts';
import type { CompiledLimits } from '../../policy/compile/compiled.ts';
import type { Counting } from '../action/earlier-calls.ts';
import { CallLog } from './call-log.ts';
import { SharedCalls } from './shared-calls.ts';
import type { SharedState } from './shared-state.ts';
import { SpendLog, Spending } from './spend.ts';
import type { PrintKey } from './passages.ts';
import { PrintMemory, TAINTED, type Learnt, type Print } from './print-memory.ts';

/** Callers that are told apart by whether anything is known of them; beyond, all are looked up. */
const MAX_CALLERS = 16_384;

/** What one sidecar remembers of conversations, in memory alone: no text, and nothing that means anything in another process. */
export class ConversationMemory {
  readonly #base: ConversationMemory | null;
  readonly #secret: Buffer;
  readonly #prints: PrintMemory;
  readonly #calls: CallLog;
  readonly #spent: SpendLog;
  /** Callers with prints that have a label, by a number of their key. */
  readonly #labelled: Set<number>;

  /** `base`: is read and never changed, for a policy that is judged without effect. */
  constructor(base: ConversationMemory | null = null) {
    this.#base = base;
    this.#secret = base === null ? randomBytes(32) : base.#secret;
    this.#calls = base === null ? new CallLog() : base.#calls;
    this.#spent = base === null ? new SpendLog() : base.#spent;
    this.#prints = base === null ? new PrintMemory() : base.#prints;
    this.#labelled = base === null ? new Set() : base.#labelled;
  }

  /** For the calls of an exchange. `state`: what the replicas share; null where each counts alone. */
  counting(now: () => number, state: SharedState | null = null): Counting {
    const own = { log: this.#calls, now, adds: this.#base === null };
    return state === null ? own : { ...own, shared: new SharedCalls(this.#calls, state, now) };
  }

  /**
   * What an exchange counts under, budgets and rates of tokens; null where policy has neither. Of responses that may be stored it is known what was
   * counted, whatever policy asks: a shadow may have a rate. `state`: as for `counting`.
   */
  spending(
    exchange: Exchange,
    limits: CompiledLimits,
    now: () => number,
    state: SharedState | null = null,
  ): Spending | null {
    const { spend, tokensPerMinute, perCaller } = limits;
    const isRated = tokensPerMinute !== null || (perCaller?.tokensPerMinute ?? null) !== null;
    if (spend.length === 0 && !isRated && exchange.dialect !== 'openai-responses') return null;
    return new Spending(exchange, spend, { log: this.#spent, now, state });
  }

  /** False if nothing of this caller ever had a label. */
  knows({ high }: PrintKey): boolean {
    return this.#labelled.has(high) || this.#labelled.size >= MAX_CALLERS;
  }

  /** Of what one caller reads and is told; outbound, of what the workload does. */
  keyOf({ direction, caller }: Pick<Exchange, 'direction' | 'caller'>): PrintKey {
    const scope = direction === 'outbound' ? 'workload' : callerKey(caller);
    const digest = createHmac('sha256', this.#secret).update(scope).digest();
    const [words, high, low] = [0, 4, 8].map((at) => digest.readUInt32LE(at));
    return { words: words ?? 0, high: high ?? 0, low: low ?? 0 };
  }

  /** As `PrintMemory.find`. */
  find(print: Print, nowMs: number, within?: number): number {
    return this.#prints.find(print, nowMs, within);
  }

  /** As `PrintMemory.isKnownWithout`. */
  isKnownWithout(print: Print, label: number, nowMs: number): boolean {
    return this.#prints.isKnownWithout(print, label, nowMs);
  }

  /** As `PrintMemory.hasLost`. */
  hasLost(nowMs: number): boolean {
    return this.#prints.hasLost(nowMs);
  }

  /** Keeps that something was done, which says nothing of what its caller read. */
  mark(print: Print, nowMs: number): void {
    if (this.#base === null) this.#prints.keep(print, { set: TAINTED, clear: 0 }, nowMs);
  }

  keep(print: Print, learnt: Learnt, { high }: PrintKey, nowMs: number): void {
    if (this.#base !== null) return;
    if (learnt.set !== 0 && this.#labelled.size < MAX_CALLERS) this.#labelled.add(high);
    this.#prints.keep(print, learnt, nowMs);
  }
}
