import { failedVerdict } from '../../controls/index.ts';
import { createFramer, Malformed, type Framer, type Framing } from '../../dialects/index.ts';
import type { Hit } from '../../exchange/index.ts';
import { roomFor } from '../../http/body/body-budget.ts';
import type { Room } from '../../http/body/decoder.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import type { Outcome } from '../context/outcome.ts';
import { framingOf } from '../inspect/beginning.ts';
import type { GuardedStream, ReplyInspector } from '../inspect/inspector.ts';
import { inTurns } from '../inspect/turns.ts';
import type { OpenReply } from '../context/open-reply.ts';
import { OBSERVED, observedHit } from '../context/observe.ts';

/** Judges a copy of a reply that is delivered regardless, and records the result. */
export class ObservedReply {
  readonly #exchange: HttpExchange;
  readonly #inspector: ReplyInspector;
  readonly #status: number;
  readonly #type: string;
  readonly #framer: Framer | null;
  /** The first bytes tell whether it is a stream. */
  readonly #isUnsure: boolean;
  readonly #room: Room;
  /** A stream, up to its last decision. */
  readonly #arrived: OpenReply;
  #stream: GuardedStream | null = null;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Records under way; each is awaited at the end. */
  readonly #records: Promise<unknown>[] = [];
  #metered = 0;
  /** The rest is not judged. */
  #isUnread = false;

  constructor(exchange: HttpExchange, inspector: ReplyInspector, status: number, type: string) {
    this.#exchange = exchange;
    this.#inspector = inspector;
    this.#status = status;
    this.#room = roomFor(exchange.request);
    this.#arrived = exchange.beginReply();
    exchange.response.once('close', () => this.#arrived.abandon());
    this.#type = type;
    const named = inspector.framing(status, type);
    this.#isUnsure = named === 'by_beginning';
    const framing = named === 'by_beginning' ? null : named;
    this.#framer = framing === null ? null : createFramer(framing);
    if (framing === null) return;
    try {
      this.#stream = inspector.stream(framing);
    } catch {
      this.#note(failedVerdict(inspector.policy).hits);
    }
  }

  /** A decoded piece of the reply. */
  data(chunk: Buffer): void {
    this.#exchange.shadow?.piece(chunk);
    if (this.#isUnread) return;
    if (this.#framer !== null) {
      const framer = this.#framer;
      this.#arrived.update(chunk);
      this.#read(() => this.#stream?.push(framer.push(chunk)));
      return;
    }
    this.#bytes += chunk.length;
    const isSmall = this.#bytes <= this.#inspector.policy.limits.responseBytes;
    if (isSmall && this.#room(chunk.length)) this.#chunks.push(chunk);
    else this.#note([observedHit('egress', OBSERVED.responseBytes, 'response_malformed')]);
  }

  /** The reply cannot be decoded or read: the rest of it is not judged. */
  fault(): void {
    if (!this.#isUnread) this.#note([observedHit('egress', OBSERVED.reply, 'response_malformed')]);
  }

  /** All of it arrived. Resolves when the result is recorded. @throws AuditUnavailable (as a rejection) */
  async end(): Promise<void> {
    this.#exchange.shadow?.complete();
    if (!this.#isUnread) {
      if (this.#framer === null) await this.#endWhole();
      else this.#endStream(this.#framer);
    }
    await Promise.all(this.#records);
  }

  async #endWhole(): Promise<void> {
    const raw = Buffer.concat(this.#chunks);
    const framing = this.#isUnsure ? framingOf(raw, true) : null;
    const reply = { status: this.#status, type: this.#type, body: raw };
    const isStream = framing !== null && framing !== undefined;
    if (!isStream) await this.#inspector.share?.(reply);
    const prepared = isStream ? undefined : this.#inspector.prepare?.(reply);
    if (prepared !== undefined) await inTurns(prepared, this.#exchange.boundary.now);
    this.#attempt(() => {
      if (isStream) {
        this.#readStream(raw, framing);
        return;
      }
      const { verdict, control, usage, tools, calls, chars, released } = this.#inspector.whole(reply);
      released?.();
      this.#exchange.metered(chars);
      const facts = { model: this.#inspector.model, usage, tools, calls, response: raw };
      this.#keep(this.#exchange.record(this.#exchange, control, this.#seen(verdict.hits), facts));
    });
  }

  #readStream(raw: Buffer, framing: Framing): void {
    const framer = createFramer(framing);
    const stream = this.#inspector.stream(framing);
    this.#stream = stream;
    this.#arrived.update(raw);
    this.#read(() => stream.push(framer.push(raw)));
    this.#endStream(framer);
  }

  #endStream(framer: Framer): void {
    this.#read(() => this.#stream?.push(framer.end()));
    while (!this.#isUnread && this.#stream !== null) {
      const end = this.#stream.end();
      if (end === 'complete') return;
      if (end === 'broken_off') this.fault();
      else this.#read(() => undefined);
    }
  }

  #read(push: () => void): void {
    this.#attempt(() => {
      push();
      if (this.#stream !== null) this.#follow(this.#stream);
    });
  }

  /** Follows the guard until it waits for more. Everything was delivered already. */
  #follow(stream: GuardedStream): void {
    for (;;) {
      const step = stream.next();
      this.#exchange.metered(stream.chars - this.#metered);
      this.#metered = stream.chars;
      if (step.kind === 'wait' || step.kind === 'withheld') return;
      if (step.kind === 'release' || step.kind === 'settle') continue;
      const { control, verdict, tools, calls, usage, last } = step;
      const kept = last ? this.#arrived.settle() : {};
      const facts = { model: this.#inspector.model, tools, calls, usage, ...kept };
      this.#keep(this.#exchange.record(this.#exchange, control, this.#seen(verdict.hits), facts));
      stream.recorded();
    }
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof Malformed) this.fault();
      else {
        this.#exchange.boundary.telemetry.detectorError('egress');
        this.#note(failedVerdict(this.#inspector.policy).hits);
      }
    }
  }

  #note(hits: readonly Hit[]): void {
    this.#isUnread = true;
    this.#chunks = [];
    const facts = { model: this.#inspector.model };
    this.#keep(this.#exchange.record(this.#exchange, 'egress', this.#seen(hits), facts));
  }

  /** Outcome of a delivered reply with these hits. */
  #seen(hits: readonly Hit[]): Outcome {
    const observed = hits.map((hit): Hit => ({ ...hit, mode: 'observe' }));
    return { verdict: 'allow', code: null, status: this.#status, hits: observed };
  }

  #keep(record: Promise<unknown>): void {
    // `end` reports the failure.
    record.catch(() => undefined);
    this.#records.push(record);
  }
}
