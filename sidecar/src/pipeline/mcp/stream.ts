import type { OpenCommitment } from '../../audit/record/commitment.ts';
import type { Recorded } from '../../audit/record/record.ts';
import type { Permitted } from '../../controls/index.ts';
import { createFramer, Malformed, type Framer, type WireFrame } from '../../dialects/index.ts';
import type { McpId, RefusalCode, Verdict } from '../../exchange/index.ts';
import type { UpstreamRequest } from '../../forward/upstream.ts';
import { Outflow } from '../../http/outflow.ts';
import { recordAndRefuse } from '../refuse.ts';
import type { ReplyBody } from '../reply-body.ts';
import type { Replying } from '../reply-sink.ts';
import { outcomeOf, refusedOutcome, type Session } from '../session.ts';
import { errorsFor, judgedIn, refuserOf, type McpAsked } from './asked.ts';
import { McpFrames, type JudgedFrame } from './frame.ts';
import { kindOf } from './judged.ts';
import { mcpReplyHeaders } from './reply-head.ts';
import { answerToServer, UNHEARD } from './server-answer.ts';

/**
 * A stream of an MCP server: each frame is judged in one piece and leaves when its decision is durable. The head leaves at once, since
 * clients wait for it before the first message comes. Ends with an error for every request that got no answer, unless the client
 * can resume.
 */
export class McpStream implements ReplyBody {
  readonly #session: Session;
  readonly #asked: McpAsked;
  readonly #replying: Replying;
  readonly #framer: Framer = createFramer('sse');
  readonly #judge: McpFrames;
  readonly #outflow: Outflow;
  readonly #frames: WireFrame[] = [];
  /** Requests without an answer so far. */
  readonly #waiting: Set<McpId>;
  #commitment: OpenCommitment | null;
  #busy = false;
  #upstreamEnded = false;
  /** The server numbers its events: the client goes on from the last one where the connection ends. */
  #resumable = false;
  #over = false;

  constructor(session: Session, asked: McpAsked, replying: Replying) {
    this.#session = session;
    this.#asked = asked;
    this.#replying = replying;
    this.#waiting = new Set(asked.ids);
    this.#judge = new McpFrames(
      asked.scene,
      session.boundary.now,
      asked.method === 'GET' ? session.target.origin : null,
    );
    this.#commitment = session.beginCommitment();
    this.#outflow = new Outflow(session.response, session.boundary.stallTimeoutMs, () => this.#drained());
    session.response.once('close', () => (this.#over = true));
    this.#sendHead();
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return true;
    this.#commitment?.update(chunk);
    this.#take(() => this.#framer.push(chunk));
    return !this.#busy && !this.#session.response.writableNeedDrain;
  }

  end(): void {
    if (this.#over) return;
    this.#upstreamEnded = true;
    this.#take(() => this.#framer.end());
  }

  fail(error: Error): void {
    if (!this.#over) this.#fail('upstream_unavailable', error.message);
  }

  #sendHead(): void {
    const { response, boundary, target } = this.#session;
    const { head, sentMs } = this.#replying;
    try {
      const headers = mcpReplyHeaders(head, this.#session.id);
      boundary.telemetry.timeToFirstToken(target.direction, (boundary.now() - sentMs) / 1000);
      response.writeHead(head.status, headers.flat());
      response.flushHeaders();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#fail('response_malformed', error.message);
    }
  }

  #take(frames: () => readonly WireFrame[]): void {
    try {
      this.#frames.push(...frames());
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      // What came whole before it still counts.
      this.#pump();
      if (!this.#over) this.#fail('response_malformed', error.message);
      return;
    }
    this.#pump();
  }

  /** Works until it must wait: for a record, for the client to read, or for more frames. */
  #pump(): void {
    const { boundary } = this.#session;
    while (!this.#busy && !this.#over) {
      const frame = this.#frames.shift();
      if (frame === undefined) {
        if (this.#upstreamEnded) this.#finish();
        return;
      }
      const startedMs = boundary.now();
      let judged: JudgedFrame;
      try {
        judged = this.#judge.judge(frame, ({ code, detail }) => this.#session.refusal(code, detail));
      } catch (error) {
        if (error instanceof Malformed) this.#fail('response_malformed', error.message);
        else {
          boundary.log.unexpected(this.#session.id, error);
          this.#fail('detector_unavailable', 'the message could not be inspected');
        }
        return;
      }
      this.#session.ownMs += boundary.now() - startedMs;
      if (/^id: ./m.test(frame.before)) this.#resumable = true;
      this.#decide(judged);
    }
  }

  /** A decision must be durable before anything behind it leaves. */
  #decide({ wire, decision, answered, unanswered }: JudgedFrame): void {
    for (const id of answered) this.#waiting.delete(id);
    if (decision === null) {
      this.#outflow.write(wire);
      return;
    }
    this.#busy = true;
    const { verdict } = decision;
    const { way } = judgedIn(this.#asked.scene, 'server');
    const last = answered.length > 0 && this.#waiting.size === 0;
    const facts = { tools: decision.tools, responseCommitment: last ? this.#settle() : null };
    const record = <T>(subject: T): Promise<Recorded<T>> =>
      this.#session.record(subject, kindOf(verdict, way), outcomeOf(verdict, 200), facts);
    const recorded =
      verdict.kind === 'block' && unanswered.length > 0
        ? record(this.#answer(unanswered, verdict)).then(
            (answer) => void this.#session.boundary.upstream.send(answer, UNHEARD),
          )
        : record(this.#session);
    recorded.then(
      () => {
        this.#busy = false;
        if (!this.#over) this.#outflow.write(wire);
        this.#pump();
        this.#drained();
      },
      () => {
        for (const id of answered) this.#waiting.add(id);
        this.#fail('audit_unavailable', 'the decision about a message could not be recorded', true);
      },
    );
  }

  #answer(
    ids: readonly McpId[],
    { code, detail }: Verdict & { readonly kind: 'block' },
  ): Permitted<UpstreamRequest> {
    const path = this.#judge.messagesAt ?? this.#session.target.url;
    return answerToServer(this.#session, path, ids, this.#session.refusal(code, detail));
  }

  /** The decision about the last answer carries the commitment to the stream so far. */
  #settle(): string | null {
    const digest = this.#commitment?.digest() ?? null;
    this.#commitment = null;
    return digest;
  }

  #drained(): void {
    if (!this.#busy && !this.#over && !this.#session.response.writableNeedDrain)
      this.#replying.transfer.resume();
  }

  /** The server ended the stream, as it may at any time. */
  #finish(): void {
    if (this.#waiting.size > 0 && !this.#resumable) {
      this.#fail('upstream_unavailable', 'the stream ended before every request had its answer');
      return;
    }
    this.#over = true;
    this.#session.response.end();
    this.#session.end('completed', 200);
  }

  /** It cannot go on: whoever waits for an answer gets an error, and where nobody does, the connection breaks. */
  #fail(code: RefusalCode, detail: string, recorded = false): void {
    this.#over = true;
    this.#replying.transfer.abort();
    const session = this.#session;
    const { response } = session;
    const refusal = session.refusal(code, detail);
    const ids = [...this.#waiting];
    if (!response.headersSent) {
      void recordAndRefuse(session, refuserOf(this.#asked.scene, ids, this.#asked.batch), 'close', refusal, {
        unrecorded: recorded,
      });
      return;
    }
    if (ids.length > 0) response.end(`data: ${errorsFor({ ids, batch: this.#asked.batch }, refusal)}\n\n`);
    else response.destroy();
    if (!recorded) session.record(session, 'close', refusedOutcome(code, 200)).catch(() => undefined);
    session.end('upstream_failed', 200);
  }
}
