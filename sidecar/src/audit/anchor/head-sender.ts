import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { SignedHeads } from '../log/signed-heads.ts';
import { errorIn, type AnchorConnection } from './anchor-connection.ts';
import { isNewOffset, offsetOf, type OffsetMeasurement } from './clock-offset.ts';
import { Backoff, type BackoffLimits } from '../ship/backoff.ts';

export interface HeadSenderLimits extends BackoffLimits {
  /** Interval after an accepted head. */
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Time without an accepted head after which a policy that requires the anchor blocks new exchanges. */
  readonly requiredMs: number;
}

const LIMITS: HeadSenderLimits = {
  everyMs: 10_000,
  timeoutMs: 10_000,
  requiredMs: 60_000,
  firstMs: 500,
  maxMs: 10_000,
  maxAskedMs: 30_000,
};

export interface HeadSenderOptions {
  readonly connection: Pick<AnchorConnection, 'post'>;
  readonly heads: Pick<SignedHeads, 'genesis' | 'latest'>;
  /** Records the lead of this clock over the anchor's. Called for the first accepted head and after changes; again if it rejects. */
  readonly measured: (offset: OffsetMeasurement) => Promise<void>;
  readonly telemetry: Pick<Telemetry, 'anchorHead' | 'anchorAge'>;
  readonly log: { warning(text: string): void };
  readonly limits?: Partial<HeadSenderLimits>;
}

/** Result of sending one head. `refused`: the head contradicts an earlier one. */
type HeadResult =
  'accepted' | 'refused' | 'not_taken' | 'unavailable' | 'connection' | 'credentials' | 'reply';

interface Outcome {
  readonly result: HeadResult;
  /** For the log; empty if accepted. */
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

/**
 * Sends the signed head of the log to the anchor, every few seconds and at the end. No exchange waits for it: the sender only remembers its
 * last success.
 */
export class HeadSender {
  readonly #options: HeadSenderOptions;
  readonly #limits: HeadSenderLimits;
  readonly #backoff: Backoff;
  readonly #running: Promise<void>;
  #acceptedMs: number | null = null;
  /** The anchor has accepted the first line. */
  #isKnown = false;
  #stopped = false;
  /** On record. */
  #offset: OffsetMeasurement | null = null;
  #trouble = '';
  #wake: () => void = () => undefined;

  constructor(options: HeadSenderOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#backoff = new Backoff(this.#limits);
    options.telemetry.anchorAge(() =>
      this.#acceptedMs === null ? null : (performance.now() - this.#acceptedMs) / 1_000,
    );
    this.#running = this.#run();
  }

  /** No head was accepted yet, or none for too long. Cheap. */
  overdue(): boolean {
    return this.#acceptedMs === null || performance.now() - this.#acceptedMs > this.#limits.requiredMs;
  }

  /** Sends the last head, for `graceMs` at most, and stops. Never rejects. @returns whether the anchor accepted it */
  async finish(graceMs: number): Promise<boolean> {
    const endMs = performance.now() + graceMs;
    this.#stopped = true;
    this.#wake();
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    let isTaken = false;
    for (let leftMs = endMs - performance.now(); leftMs > 0; leftMs = endMs - performance.now()) {
      const { result } = await this.#send(leftMs);
      isTaken = result === 'accepted';
      if (isTaken || result === 'refused') break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(500, leftMs)));
    }
    return isTaken;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#send(this.#limits.timeoutMs);
      this.#note(outcome);
      const isGood = outcome.result === 'accepted';
      if (isGood) this.#backoff.succeeded();
      await this.#pause(isGood ? this.#limits.everyMs : this.#backoff.failed(outcome.retryAfterMs));
    }
  }

  #note({ result, reason }: Outcome): void {
    this.#options.telemetry.anchorHead(result);
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.log.warning(
      reason === ''
        ? 'the anchor accepts heads of the record again'
        : `the anchor did not accept the head of the record; retrying: ${reason}`,
    );
  }

  /** Never rejects. */
  async #send(timeoutMs: number): Promise<Outcome> {
    const { heads, connection } = this.#options;
    const head = heads.latest();
    if (head === null) return outcome('not_taken', 'the log is not signed yet');
    const genesis = this.#isKnown ? null : heads.genesis;
    const [sentMs, begunMs] = [Date.now(), performance.now()];
    const body = { v: 1, time: sentMs, note: head.note, seal: head.seal, genesis };
    const reply = await connection.post('/v1/heads', body, timeoutMs);
    if (reply.kind !== 'answered') return outcome(reply.kind, reply.reason);
    const judged = this.#judge(reply.status, reply.body, Number(head.note.split('\n')[1]));
    if (judged.result === 'accepted') this.#compare(sentMs, performance.now() - begunMs, reply.body['time']);
    return judged;
  }

  /** `anchorMs`: the anchor's time in its reply. */
  #compare(sentMs: number, roundTripMs: number, anchorMs: unknown): void {
    // After the seal nothing can be recorded.
    if (this.#stopped || typeof anchorMs !== 'number' || !Number.isSafeInteger(anchorMs)) return;
    const [before, now] = [this.#offset, offsetOf(sentMs, roundTripMs, anchorMs)];
    if (!Number.isSafeInteger(now.offset_ms) || !isNewOffset(before, now)) return;
    this.#offset = now;
    this.#options.measured(now).catch(() => {
      this.#offset = before;
    });
  }

  #judge(status: number, body: Readonly<Record<string, unknown>>, size: number): Outcome {
    if (status === 200) {
      if (body['size'] !== size) return outcome('reply', 'the reply is not one of the anchor');
      this.#isKnown = true;
      this.#acceptedMs = performance.now();
      return outcome('accepted', '');
    }
    if (status === 428) this.#isKnown = false;
    const reason = `HTTP ${status} ${errorIn(body)}`;
    if (status === 409) return outcome('refused', reason);
    if (status === 429 || status >= 500) return { result: 'unavailable', reason, retryAfterMs: 2_000 };
    return outcome('not_taken', reason);
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function outcome(result: HeadResult, reason: string): Outcome {
  return { result, reason, retryAfterMs: null };
}
