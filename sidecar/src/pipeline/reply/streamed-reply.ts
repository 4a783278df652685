import { DetectorUnavailable } from '../../controls/index.ts';
import { createFramer, Malformed, type Framer, type Framing, type WireFrame } from '../../dialects/index.ts';
import type { Refusal, RefusalCode } from '../../exchange/index.ts';
import type { OpenReply } from '../context/open-reply.ts';
import type { Block, GuardedStream, StreamDecision } from '../inspect/inspector.ts';
import { TURN_MS } from '../inspect/turns.ts';
import { ArrivedFrames } from './arrived-frames.ts';
import { recordAndRefuse, refusalOfFault } from '../context/refuse.ts';
import type { ReplyBody } from './reply-body.ts';
import { breakOff, giveUp } from './give-up.ts';
import type { StartedReply } from './started-reply.ts';
import { recordDecision } from './stream-decision.ts';
import { StreamGauges } from './stream-gauges.ts';
import { StreamPulse } from './stream-pulse.ts';
import { StreamWriter } from './stream-writer.ts';

/** Passes a streamed reply through its guard. The upstream is paused while arrived frames are processed. */
export class StreamedReply implements ReplyBody {
  readonly #reply: StartedReply;
  readonly #framer: Framer;
  readonly #writer: StreamWriter;
  readonly #pulse: StreamPulse;
  #guard: GuardedStream | null = null;
  /** What the guard has not got. */
  readonly #frames = new ArrivedFrames();
  /** Data from here on cannot be split into frames. */
  #brokenBy: Malformed | null = null;
  #isBusy = false;
  /** Other exchanges have their turn of the event loop. */
  #isResting = false;
  #isScheduled = false;
  #hasUpstreamEnded = false;
  /** The bytes received up to the last decision. */
  readonly #arrived: OpenReply;
  #isOver = false;
  readonly #gauges: StreamGauges;
  /** Why it is withheld, once all of it arrived. */
  #denied: Block | null = null;

  constructor(reply: StartedReply, framing: Framing) {
    this.#reply = reply;
    const { exchange, inspector, head } = reply;
    this.#framer = createFramer(framing);
    this.#gauges = new StreamGauges(exchange);
    this.#arrived = exchange.beginReply(() => this.#drained());
    this.#pulse = new StreamPulse(exchange.boundary, () => this.#alone(() => this.#beat()) ?? false);
    this.#writer = new StreamWriter(
      reply,
      () => this.#drained(),
      () => this.#pulse.written(),
    );
    exchange.response.once('close', () => {
      this.#isOver = true;
      this.#arrived.abandon();
      this.#pulse.stop();
      this.#gauges.held(0);
    });
    try {
      inspector.checkHeaders(head.headers);
      this.#guard = inspector.stream(framing);
    } catch (error) {
      this.#failInspection(error);
      return;
    }
    if (inspector.sendsHeadAtOnce) this.#writer.sendHeadAlone();
    else this.#pulse.start();
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.#arrived.update(chunk);
    this.#take(() => this.#framer.push(chunk));
    this.#schedule();
    return this.#mayRead;
  }

  end(): void {
    if (this.#isOver) return;
    this.#take(() => this.#framer.end());
    this.#hasUpstreamEnded = true;
    this.#alone(() => this.#pump());
  }

  fail(error: Error): void {
    this.#isResting = false;
    this.#alone(() => this.#pump(Infinity));
    this.#alone(() => this.#failed(error));
  }

  #failed(error: Error): void {
    if (this.#isOver) return;
    if (this.#denied !== null && this.#guard !== null) {
      this.#withhold(this.#guard, this.#denied);
      return;
    }
    // Nothing may follow the last event of a reply, not even an error: the client has all of it.
    if (!this.#isBusy && this.#guard?.isFinished === true) {
      this.#reply.transfer.abort();
      this.#close('completed');
    } else this.#fail(refusalOfFault(this.#reply.exchange.id, error));
  }

  /** A step that no one waits for: what it throws, in the answer to another fault too, ends this exchange and not the process. */
  #alone<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      this.#isOver = true;
      this.#gauges.held(0);
      giveUp(this.#reply, error);
      return undefined;
    }
  }

  /** Complete frames before a fault are still judged. */
  #take(frames: () => readonly WireFrame[]): void {
    if (this.#brokenBy !== null) return;
    try {
      const taken = frames();
      this.#writer.kept?.take(taken);
      this.#frames.add(taken);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#brokenBy = error;
    }
  }

  /** The HTTP parser emits the data of one socket read in pieces, synchronously: they are processed together afterwards. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#alone(() => this.#pump());
    });
  }

  /** Runs until it must wait for a record, for the client to read, or for more frames, or has worked long enough for one turn. */
  #pump(turnMs = TURN_MS): void {
    if (this.#isBusy || this.#isResting || this.#isOver || this.#guard === null) return;
    const { exchange } = this.#reply;
    exchange.trace?.judging();
    const startedMs = exchange.boundary.now();
    try {
      this.#work(this.#guard, startedMs + turnMs);
    } catch (error) {
      this.#failInspection(error);
    }
    exchange.ownMs += exchange.boundary.now() - startedMs;
  }

  #work(guard: GuardedStream, untilMs: number): void {
    // Some of it in each turn, also where the process gets no time for itself.
    let hasTaken = false;
    for (;;) {
      const step = guard.next();
      this.#gauges.metered(guard.chars);
      switch (step.kind) {
        case 'release':
          if (step.isHeartbeat === true) this.#writer.addHeartbeat(step.wire);
          else this.#writer.add(step.wire);
          break;
        case 'record':
          this.#writer.flush();
          this.#record(guard, step);
          return;
        case 'settle':
          this.#writer.flush();
          // Nothing after a verdict is sent before it is final.
          this.#waitFor(step.settled(), (error) => this.#failInspection(error));
          return;
        case 'withheld':
          this.#writer.flush();
          this.#deny(guard, step.verdict);
          return;
        case 'wait':
          if (this.#frames.isEmpty) {
            if (!this.#settleArrived(guard)) return;
          } else if (hasTaken && this.#reply.exchange.boundary.now() >= untilMs) {
            this.#rest(guard);
            return;
          } else {
            guard.push(this.#frames.take());
            hasTaken = true;
          }
          break;
        default:
          return step satisfies never;
      }
    }
  }

  /** The model is asked again once all that it said is known, if nothing of it was sent: the other calls belong to the turn too. */
  #deny(guard: GuardedStream, block: Block): void {
    const { kept } = this.#writer;
    this.#denied = kept === null ? null : block;
    if (kept !== null && !this.#hasUpstreamEnded) return;
    const again = kept === null ? null : this.#reply.inspector.askAgain(block, kept.frames);
    if (again === null) {
      this.#withhold(guard, block);
      return;
    }
    this.#isOver = true;
    this.#gauges.held(0);
    this.#reply.askAgain(again, () => this.#withhold(guard, block));
  }

  /** Goes on in a later turn. */
  #rest(guard: GuardedStream): void {
    this.#writer.flush();
    this.#gauges.held(guard.held);
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      this.#alone(() => this.#pump());
      this.#drained();
    });
  }

  /** Everything that arrived is processed. True if there is more to do. */
  #settleArrived(guard: GuardedStream): boolean {
    this.#writer.flush();
    this.#gauges.held(guard.held);
    if (guard.holds || this.#writer.kept !== null) this.#pulse.start();
    if (this.#brokenBy !== null) throw this.#brokenBy;
    if (!this.#hasUpstreamEnded) return false;
    const end = guard.end();
    switch (end) {
      case 'more':
        return true;
      case 'complete':
        this.#close('completed');
        return false;
      case 'broken_off':
        this.#break('upstream_unavailable', 'the stream ended before the reply was complete');
        return false;
      default:
        return end satisfies never;
    }
  }

  /** Called after a silence. False if nothing is held back. */
  #beat(): boolean {
    const { response } = this.#reply.exchange;
    const guard = this.#guard;
    if (this.#isOver || guard === null) return false;
    if (!response.headersSent) {
      // The first verdict is slow: a later refusal cannot have its own status.
      this.#writer.sendHeadAlone();
      this.#writer.flush();
      return true;
    }
    if (!guard.holds && this.#writer.kept === null) return false;
    if (!response.writableNeedDrain) this.#writer.addHeartbeat(guard.heartbeat());
    this.#writer.flush();
    return true;
  }

  #drained(): void {
    if (!this.#isOver && this.#mayRead) this.#reply.transfer.resume();
  }

  get #mayRead(): boolean {
    const { writableNeedDrain } = this.#reply.exchange.response;
    return !(this.#isBusy || this.#isResting || writableNeedDrain || this.#arrived.isFull);
  }

  /** A decision must be durable before anything after it is sent. */
  #record(guard: GuardedStream, step: StreamDecision): void {
    const durable = recordDecision(this.#reply, this.#arrived, step).then(() => guard.recorded());
    this.#waitFor(durable, () =>
      this.#break('audit_unavailable', 'the decision about the reply could not be recorded', true),
    );
  }

  #waitFor(work: Promise<void>, failed: (error: unknown) => void): void {
    this.#isBusy = true;
    work.then(
      () => {
        this.#isBusy = false;
        this.#alone(() => this.#pump());
        this.#drained();
      },
      (error: unknown) => {
        this.#isBusy = false;
        this.#alone(() => failed(error));
      },
    );
  }

  #withhold(guard: GuardedStream, block: Block): void {
    const { exchange, inspector, transfer } = this.#reply;
    transfer.abort();
    this.#writer.letGo();
    const refusal = exchange.refusal(block.code, block.detail);
    const finish = inspector.endsCleanly(block);
    if (!finish && !exchange.response.headersSent) {
      this.#isOver = true;
      void recordAndRefuse(exchange, inspector.refusals, 'close', refusal, { unrecorded: true });
      return;
    }
    this.#writer.add(finish ? guard.finish(refusal) : (guard.raise(refusal) ?? ''));
    this.#close('refused');
  }

  #break(code: RefusalCode, detail: string, unrecorded = false): void {
    this.#fail(this.#reply.exchange.refusal(code, detail), unrecorded);
  }

  /** The reply fails for another reason than policy: the client must see an error, never a clean end. */
  #fail(refusal: Refusal, unrecorded = false): void {
    if (this.#isOver) return;
    // Frames released before the fault are still sent.
    this.#writer.letGo();
    this.#writer.flush();
    this.#isOver = true;
    this.#gauges.held(0);
    this.#reply.transfer.abort();
    breakOff(this.#reply, refusal, { raise: () => this.#guard?.raise(refusal) ?? null, unrecorded });
  }

  #failInspection(error: unknown): void {
    // Its end could not be sent.
    if (this.#isOver) throw error;
    if (error instanceof Malformed) {
      this.#break('response_malformed', error.message);
      return;
    }
    const { exchange } = this.#reply;
    const { telemetry, log } = exchange.boundary;
    const isKnown = error instanceof DetectorUnavailable;
    telemetry.detectorError(isKnown ? error.detector : 'stream');
    if (!isKnown) log.unexpected(exchange.id, error);
    this.#break('detector_unavailable', 'the reply could not be inspected');
  }

  #close(outcome: 'completed' | 'refused'): void {
    this.#isOver = true;
    this.#gauges.held(0);
    this.#writer.end();
    this.#reply.exchange.end(outcome, 200);
  }
}
