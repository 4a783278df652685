import { failedVerdict } from '../../controls/index.ts';
import { createFramer, Malformed, type Framer, type Framing } from '../../dialects/index.ts';
import type { Hit } from '../../exchange/index.ts';
import { roomFor } from '../../http/body/body-budget.ts';
import type { Room } from '../../http/body/decoder.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import type { Outcome } from '../context/outcome.ts';
import { framingOf } from '../inspect/beginning.ts';
import type { GuardedStream, ReplyInspector } from '../inspect/inspector.ts';
import { inTurns, TURN_MS } from '../inspect/turns.ts';
import { ArrivedFrames } from '../reply/arrived-frames.ts';
import type { OpenReply } from '../context/open-reply.ts';
import { OBSERVED, observedHit } from '../context/observe.ts';

/** So much of a stream may wait to be judged before its server is paused. Bytes. */
const MOST_WAITING = 65_536;

/**
 * Judges a copy of a reply that is delivered regardless, and records the result. A stream is judged in its order, some of it in a turn of
 * the event loop.
 */
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
  /** A whole reply; of a stream, what waits to be judged, and the frames of the piece before. */
  #chunks: Buffer[] = [];
  readonly #frames = new ArrivedFrames();
  #waitingBytes = 0;
  /** Other exchanges have their turn of the event loop. */
  #isResting = false;
  readonly #onJudged: () => void;
  /** Told once, when nothing waits. */
  #idle: (() => void)[] = [];
  /** Its beginning has told that it is a stream; the whole of it is judged. */
  #isReadWhole = false;
  #bytes = 0;
  /** Records under way; each is awaited at the end. */
  readonly #records: Promise<unknown>[] = [];
  #metered = 0;
  /** The rest is not judged. */
  #isUnread = false;

  /** `onJudged`: nothing waits any more. */
  constructor(
    exchange: HttpExchange,
    inspector: ReplyInspector,
    {
      status,
      type,
      onJudged,
    }: { readonly status: number; readonly type: string; readonly onJudged: () => void },
  ) {
    this.#exchange = exchange;
    this.#onJudged = onJudged;
    this.#inspector = inspector;
    this.#status = status;
    this.#room = roomFor(exchange.request);
    this.#arrived = exchange.beginReply();
    exchange.response.once('close', () => {
      // All of it arrived and is judged.
      if (!this.#isReadWhole) this.#arrived.abandon();
    });
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

  /** More waits to be judged than should. */
  get isBehind(): boolean {
    return !this.#isUnread && this.#waitingBytes > MOST_WAITING;
  }

  /** A decoded piece of the reply. */
  data(chunk: Buffer): void {
    this.#exchange.shadow?.piece(chunk);
    if (this.#isUnread) return;
    if (this.#framer !== null) {
      this.#chunks.push(chunk);
      this.#waitingBytes += chunk.length;
      this.#judge(this.#framer);
      return;
    }
    this.#bytes += chunk.length;
    const isSmall = this.#bytes <= this.#inspector.policy.limits.responseBytes;
    if (isSmall && this.#room(chunk.length)) this.#chunks.push(chunk);
    else this.#note([observedHit('egress', OBSERVED.responseBytes, 'response_malformed')]);
  }

  /** The reply cannot be decoded: the rest of it is not judged. */
  fault(): void {
    this.judgeAtOnce();
    this.#fault();
  }

  /** The reply cannot be read: the rest of it is not judged. */
  #fault(): void {
    if (!this.#isUnread) this.#note([observedHit('egress', OBSERVED.reply, 'response_malformed')]);
  }

  /** All of it arrived. Resolves when the result is recorded. @throws AuditUnavailable (as a rejection) */
  async end(): Promise<void> {
    this.#exchange.shadow?.complete();
    if (!this.#isUnread) {
      if (this.#framer === null) await this.#endWhole();
      else {
        await this.judged();
        this.#endStream(this.#framer);
      }
    }
    await Promise.all(this.#records);
  }

  /** Resolves when nothing waits. */
  judged(): Promise<void> {
    return this.#isResting ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  /** What waits, if it is a stream: nothing more comes, and what it says is recorded before that. */
  judgeAtOnce(): void {
    if (this.#framer !== null && this.#isResting) while (this.#judgeNext(this.#framer));
  }

  /** Until nothing waits, or for one turn of the event loop. True: nothing waits. */
  #judge(framer: Framer): boolean {
    if (this.#isResting) return false;
    const { now } = this.#exchange.boundary;
    const untilMs = now() + TURN_MS;
    while (this.#judgeNext(framer))
      if (now() >= untilMs) {
        this.#isResting = true;
        setImmediate(() => this.#goOn(framer));
        return false;
      }
    return true;
  }

  #goOn(framer: Framer): void {
    this.#isResting = false;
    if (!this.#judge(framer)) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const told of idle) told();
    this.#onJudged();
  }

  /** The next frames, or the frames of the next piece. False: nothing waits. */
  #judgeNext(framer: Framer): boolean {
    if (this.#isUnread) return false;
    if (!this.#frames.isEmpty) {
      this.#read(() => this.#stream?.push(this.#frames.take()));
      return true;
    }
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return false;
    this.#waitingBytes -= chunk.length;
    if (!this.#isReadWhole) this.#arrived.update(chunk);
    this.#attempt(() => this.#frames.add(framer.push(chunk)));
    return true;
  }

  async #endWhole(): Promise<void> {
    const raw = Buffer.concat(this.#chunks);
    const framing = this.#isUnsure ? framingOf(raw, true) : null;
    const reply = { status: this.#status, type: this.#type, body: raw };
    const isStream = framing !== null && framing !== undefined;
    if (!isStream) await this.#inspector.share?.(reply);
    const prepared = isStream ? undefined : this.#inspector.prepare?.(reply);
    if (prepared !== undefined) await inTurns(prepared, this.#exchange.boundary.now);
    if (isStream) {
      await this.#readStream(raw, framing);
      return;
    }
    this.#attempt(() => {
      const {
        verdict,
        control,
        usage,
        tools,
        calls,
        chars,
        released,
        contributors = [],
      } = this.#inspector.whole(reply);
      released?.();
      this.#exchange.metered(chars);
      const facts = { model: this.#inspector.model, usage, tools, calls, contributors, response: raw };
      this.#keep(this.#exchange.record(this.#exchange, control, this.#seen(verdict.hits), facts));
    });
  }

  async #readStream(raw: Buffer, framing: Framing): Promise<void> {
    const framer = createFramer(framing);
    this.#attempt(() => (this.#stream = this.#inspector.stream(framing)));
    this.#isReadWhole = true;
    this.#arrived.update(raw);
    this.#chunks = [];
    for (let at = 0; at < raw.length; at += MOST_WAITING)
      this.#chunks.push(raw.subarray(at, at + MOST_WAITING));
    this.#judge(framer);
    await this.judged();
    this.#endStream(framer);
    if (this.#exchange.response.closed) this.#arrived.abandon();
  }

  #endStream(framer: Framer): void {
    if (!this.#isUnread) this.#read(() => this.#stream?.push(framer.end()));
    while (!this.#isUnread && this.#stream !== null) {
      const end = this.#stream.end();
      if (end === 'complete') return;
      if (end === 'broken_off') this.#fault();
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
      const { control, verdict, tools, calls, usage, contributors = [], last } = step;
      const kept = last ? this.#arrived.settle() : {};
      const facts = { model: this.#inspector.model, tools, calls, usage, contributors, ...kept };
      this.#keep(this.#exchange.record(this.#exchange, control, this.#seen(verdict.hits), facts));
      stream.recorded();
    }
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof Malformed) this.#fault();
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
