import type { Decision } from '../../exchange/index.ts';
import { Backoff, type BackoffLimits } from '../ship/backoff.ts';
import { errorIn, type AnchorConnection } from './anchor-connection.ts';
import { Notices, type StateNotice } from './notices.ts';

export interface NoticeSenderLimits extends BackoffLimits {
  /** From the first notice to the batch. */
  readonly gatherMs: number;
  /** Between two batches. */
  readonly everyMs: number;
  readonly timeoutMs: number;
}

const LIMITS: NoticeSenderLimits = {
  gatherMs: 1_000,
  everyMs: 10_000,
  timeoutMs: 10_000,
  firstMs: 2_000,
  maxMs: 300_000,
  maxAskedMs: 300_000,
};

export interface NoticeSenderOptions {
  readonly connection: Pick<AnchorConnection, 'post'>;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  readonly log: { warning(text: string): void };
  readonly limits?: Partial<NoticeSenderLimits>;
}

/**
 * Tells the anchor which rules refused how many exchanges, and what became of policy and conditions, so that it can write Events and CloudEvents about this pod. No exchange waits for
 * it, and nothing else is lost with it: the record has every decision.
 */
export class NoticeSender {
  readonly #options: NoticeSenderOptions;
  readonly #limits: NoticeSenderLimits;
  readonly #backoff: Backoff;
  readonly #notices: Notices;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #notBeforeMs = 0;
  #stopped = false;
  #trouble = '';

  constructor(options: NoticeSenderOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#backoff = new Backoff(this.#limits);
    this.#notices = new Notices(options.clock, () => this.#schedule(this.#limits.gatherMs));
  }

  decided(decision: Decision): void {
    this.#notices.decided(decision);
  }

  happened(notice: StateNotice): void {
    this.#notices.happened(notice);
  }

  /** Sends what is left, once. Never rejects. */
  async finish(graceMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const endMs = performance.now() + graceMs;
    await Promise.race([this.#sending, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    const leftMs = endMs - performance.now();
    if (leftMs > 0) await this.#send(leftMs);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#timer !== null) return;
    const waitMs = Math.max(delayMs, this.#notBeforeMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#sending = this.#send(this.#limits.timeoutMs);
    }, waitMs);
    this.#timer.unref();
  }

  /** Never rejects. */
  async #send(timeoutMs: number): Promise<void> {
    const batch = this.#notices.take();
    if (batch === null) return;
    this.#notBeforeMs = performance.now() + this.#limits.everyMs;
    const reply = await this.#options.connection.post('/v1/notices', { v: 1, ...batch }, timeoutMs);
    if (reply.kind === 'answered' && reply.status === 200) {
      this.#backoff.succeeded();
      this.#note('');
      return;
    }
    const reason =
      reply.kind === 'answered' ? `HTTP ${reply.status} ${errorIn(reply.body)}`.trimEnd() : reply.reason;
    this.#note(reason);
    this.#notBeforeMs = performance.now() + this.#backoff.failed(null);
    // An anchor of another version may never take it.
    if (reply.kind === 'answered' && reply.status === 400) return;
    this.#notices.giveBack(batch);
    this.#schedule(0);
  }

  #note(reason: string): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.log.warning(
      reason === ''
        ? 'the anchor takes reports of refusals again'
        : `the anchor did not take a report of refusals; retrying: ${reason}`,
    );
  }
}
