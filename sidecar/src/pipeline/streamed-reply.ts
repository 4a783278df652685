import type { OpenCommitment } from '../audit/record/commitment.ts';
import { DetectorUnavailable, replyRules } from '../controls/index.ts';
import { createFramer, Malformed, type Framer, type StreamReader } from '../dialects/index.ts';
import type { Framing } from '../dialects/dialect.ts';
import type { RefusalCode, Verdict } from '../exchange/index.ts';
import { replyHeaders } from '../http/hop-by-hop.ts';
import { Outflow } from '../http/outflow.ts';
import { StreamGuard } from '../controls/stream/index.ts';
import { codeOfFault, DECISION_HEADER, recordAndRefuse } from './refuse.ts';
import type { ReplyContext } from './reply-context.ts';
import type { ReplyBody } from './reply-body.ts';
import { outcomeOf, refusedOutcome } from './session.ts';

/** Takes a streamed reply through the guard. What arrived is worked off before more is read; the upstream waits meanwhile. */
export class StreamedReply implements ReplyBody {
  readonly #context: ReplyContext;
  readonly #framer: Framer;
  readonly #reader: StreamReader;
  readonly #outflow: Outflow;
  #guard: StreamGuard | null = null;
  /** Bytes to be written with the next flush. */
  #out: (string | Uint8Array)[] = [];
  #busy = false;
  #scheduled = false;
  #upstreamEnded = false;
  /** To what the model server sent, up to the last decision. */
  #commitment: OpenCommitment | null;
  #over = false;
  #held = 0;
  #metered = 0;

  constructor(context: ReplyContext, framing: Framing) {
    this.#context = context;
    const { found, asked, session } = context;
    this.#framer = createFramer(framing);
    this.#commitment = session.beginCommitment();
    this.#outflow = new Outflow(session.response, session.boundary.stallTimeoutMs, () => this.#drained());
    this.#reader = found.dialect.stream(asked.prompt, found.match);
    try {
      const rules = replyRules(asked.action);
      this.#guard = new StreamGuard({
        reader: this.#reader,
        rules,
        action: asked.action,
        now: session.boundary.now,
      });
    } catch {
      this.#fail('detector_unavailable', 'the reply could not be inspected');
    }
    session.response.once('close', () => {
      this.#over = true;
      this.#gauge(0);
    });
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return true;
    this.#commitment?.update(chunk);
    try {
      this.#guard?.push(this.#framer.push(chunk));
    } catch (error) {
      this.#fail('response_malformed', messageOf(error));
      return true;
    }
    this.#schedule();
    return !this.#busy && !this.#context.session.response.writableNeedDrain;
  }

  end(): void {
    if (this.#over) return;
    try {
      this.#guard?.push(this.#framer.end());
    } catch (error) {
      this.#fail('response_malformed', messageOf(error));
      return;
    }
    this.#upstreamEnded = true;
    this.#pump();
  }

  fail(error: Error): void {
    this.#pump();
    if (!this.#over) this.#fail(codeOfFault(error), error.message);
  }

  /** The parser hands over what one read of the socket brought piece by piece, in one go: it is worked off together when that is done. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Works until it must wait: for a record, for the client to read, or for more frames. */
  #pump(): void {
    if (this.#busy || this.#over || this.#guard === null) return;
    const startedMs = this.#context.session.boundary.now();
    try {
      this.#work(this.#guard);
    } catch (error) {
      if (error instanceof Malformed) this.#fail('response_malformed', error.message);
      else this.#failDetector(error);
    }
    this.#context.session.ownMs += this.#context.session.boundary.now() - startedMs;
  }

  #work(guard: StreamGuard): void {
    for (;;) {
      const step = guard.next();
      switch (step.kind) {
        case 'release':
          this.#out.push(step.wire);
          break;
        case 'record':
          this.#flush();
          this.#record(guard, step);
          return;
        case 'withheld':
          this.#flush();
          this.#withhold(guard, step.verdict);
          return;
        case 'wait':
          this.#rest(guard);
          return;
        default:
          return step satisfies never;
      }
    }
  }

  /** Everything that arrived is worked off. */
  #rest(guard: StreamGuard): void {
    this.#flush();
    this.#gauge(guard.held);
    if (this.#upstreamEnded) {
      if (guard.end()) this.#pump();
      else if (guard.finished()) this.#close('completed');
      else this.#fail('upstream_unavailable', 'the stream ended before the reply was complete');
      return;
    }
  }

  #drained(): void {
    if (!this.#busy && !this.#over && !this.#context.session.response.writableNeedDrain)
      this.#context.transfer.resume();
  }

  /** A decision must be durable before anything behind it leaves. */
  #record(
    guard: StreamGuard,
    step: {
      readonly control: 'egress' | 'action';
      readonly verdict: Verdict;
      readonly tools: readonly string[];
    },
  ): void {
    this.#busy = true;
    const { session, asked } = this.#context;
    const { usage, chars } = guard.facts;
    session.metered(chars - this.#metered);
    this.#metered = chars;
    const facts = {
      model: asked.prompt.model,
      usage: step.control === 'egress' ? usage : null,
      tools: step.tools,
      responseCommitment: this.#settleCommitment(step),
    };
    session.record(session, step.control, outcomeOf(step.verdict, 200), facts).then(
      () => {
        this.#busy = false;
        guard.recorded();
        this.#pump();
        this.#drained();
      },
      () => {
        this.#busy = false;
        this.#fail('audit_unavailable', 'the decision about the reply could not be recorded', true);
      },
    );
  }

  /** The last decision of a reply carries the commitment to it: its end, or what withheld it. */
  #settleCommitment({
    control,
    verdict,
  }: {
    readonly control: string;
    readonly verdict: Verdict;
  }): string | null {
    if (control !== 'egress' && verdict.kind !== 'block') return null;
    const digest = this.#commitment?.digest() ?? null;
    this.#commitment = null;
    return digest;
  }

  #withhold(guard: StreamGuard, verdict: Verdict & { readonly kind: 'block' }): void {
    const { session, asked, found } = this.#context;
    this.#context.transfer.abort();
    const refusal = session.refusal(verdict.code, verdict.detail);
    const finish = asked.action.policy.egress.onBlock === 'finish';
    if (!finish && !session.response.headersSent) {
      this.#over = true;
      void recordAndRefuse(session, found.dialect, 'close', refusal, { unrecorded: true });
      return;
    }
    this.#out.push(finish ? guard.finish(refusal) : this.#reader.raise(refusal));
    this.#flush();
    this.#close('refused');
  }

  /** The reply cannot go on, and not by a policy's decision: the client must see an error, never a clean end. */
  #fail(code: RefusalCode, detail: string, unrecorded = false): void {
    if (this.#over) return;
    this.#over = true;
    this.#gauge(0);
    const { session, found, transfer } = this.#context;
    transfer.abort();
    const refusal = session.refusal(code, detail);
    if (!session.response.headersSent) {
      void recordAndRefuse(session, found.dialect, 'close', refusal, { unrecorded });
      return;
    }
    session.response.end(this.#reader.raise(refusal));
    if (!unrecorded) session.record(session, 'close', refusedOutcome(code, 200)).catch(() => undefined);
    session.end('upstream_failed', 200);
  }

  #failDetector(error: unknown): void {
    const { telemetry, log } = this.#context.session.boundary;
    telemetry.detectorError(error instanceof DetectorUnavailable ? error.detector : 'stream');
    if (!(error instanceof DetectorUnavailable)) log.unexpected(this.#context.session.id, error);
    this.#fail('detector_unavailable', 'the reply could not be inspected');
  }

  #flush(): void {
    if (this.#out.length === 0) return;
    const { session, head, sentMs } = this.#context;
    const { response } = session;
    if (!response.headersSent) {
      session.boundary.telemetry.timeToFirstToken(
        session.target.direction,
        (session.boundary.now() - sentMs) / 1000,
      );
      const headers = replyHeaders(head.headers, { decoded: true });
      headers.push([DECISION_HEADER, session.id]);
      response.writeHead(head.status, headers.flat());
    }
    const out = this.#out;
    this.#out = [];
    // Unchanged frames of events are text, which joins without a copy.
    const texts = out.filter((part) => typeof part === 'string');
    this.#outflow.write(
      texts.length === out.length ? texts.join('') : Buffer.concat(out.map((part) => Buffer.from(part))),
    );
  }

  #close(outcome: 'completed' | 'refused'): void {
    this.#over = true;
    this.#gauge(0);
    this.#context.session.response.end();
    this.#context.session.end(outcome, 200);
  }

  #gauge(held: number): void {
    this.#context.session.boundary.telemetry.held(held - this.#held);
    this.#held = held;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Malformed ? error.message : 'the stream cannot be read';
}
