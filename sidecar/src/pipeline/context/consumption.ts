import { tokensIn, UNREACHABLE, type Spending } from '../../controls/index.ts';
import { addUsage, NO_USAGE, type Usage } from '../../exchange/index.ts';
import { limitRule, type Place } from './meter.ts';
import type { SharedRates } from './shared-rates.ts';

/** UTF-16 code units of a request and its reply. */
interface Chars {
  readonly request: number;
  readonly reply: number;
}

/** What the requests of one exchange use, under the limits that it has a place under. */
export class Consumption {
  /** As the model server counted it; null: it has not told. */
  #usage = NO_USAGE;
  #chars = 0;
  #requestChars = 0;
  /** As the model server calls its reply; null until that is recorded. */
  #replyId: string | null = null;
  #spending: Spending | null = null;
  #place: Place | null = null;
  #rates: SharedRates | null = null;
  /** Of all requests that were counted. */
  #tokens = 0;

  entered(place: Place): void {
    this.#place = place;
  }

  /** It has a place under the rates that the replicas count together. */
  shares(rates: SharedRates): void {
    this.#rates = rates;
  }

  /** It is forwarded, and counts under these budgets. */
  spends(spending: Spending | null, requestChars: number): void {
    this.#spending = spending;
    this.#requestChars = requestChars;
  }

  metered(chars: number): void {
    this.#chars += chars;
  }

  used(usage: Usage | null): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  served(id: string | null): void {
    this.#replyId ??= id;
  }

  get chars(): Chars {
    return { request: this.#requestChars, reply: this.#chars - this.#requestChars };
  }

  /** See `ExchangeContext.goesOn`. `needsState`: what the replicas count together must be known. */
  async goesOn(nowMs: number, needsState: boolean): Promise<string | null> {
    const exhausted = this.#place?.again(this.#settle(this.chars), nowMs) ?? null;
    this.metered(this.#requestChars);
    if (exhausted !== null) return limitRule(exhausted);
    const shared = (await this.#rates?.enter()) ?? null;
    if (shared !== null && shared !== 'unreachable') return limitRule(shared);
    const isKnown = (await this.#spending?.fetch()) ?? true;
    if (needsState && (shared === 'unreachable' || !isKnown)) return UNREACHABLE;
    return (this.#spending?.exhausted() ?? null) === null ? null : 'limits.spend';
  }

  /** The last request was not sent, or no model answered it: it counts nothing. */
  unanswered(): void {
    this.#spending = null;
    this.#chars = 0;
  }

  /** `chars`: null where no model answered. @returns tokens of all requests */
  end(chars: Chars | null): number {
    this.#place?.leave(this.#settle(chars));
    return this.#tokens;
  }

  /** Counts what was used since it was last called. @returns tokens */
  #settle(chars: Chars | null): number {
    const reported = (this.#usage.inputTokens ?? 0) + (this.#usage.outputTokens ?? 0);
    const counted = this.#spending?.add(this.#usage, chars, this.#replyId) ?? 0;
    const tokens = Math.max(0, (reported > 0 ? reported : tokensIn(this.#chars)) - counted);
    this.#rates?.used(tokens);
    this.#tokens += tokens;
    this.#usage = NO_USAGE;
    this.#chars = 0;
    this.#replyId = null;
    return tokens;
  }
}
