import { replyHeaders } from '../../http/head/hop-by-hop.ts';
import { PacedWriter } from '../../http/sockets/paced-writer.ts';
import { DECISION_HEADER } from '../context/refuse.ts';
import { KeptStream } from './kept-stream.ts';
import type { StartedReply } from './started-reply.ts';

/** Limit of heartbeats queued before the head: a server may send any number. */
const MOST_HEARTBEATS = 256;

/** Writes the head and the frames of one streamed reply with backpressure. */
export class StreamWriter {
  readonly #reply: StartedReply;
  readonly #outflow: PacedWriter;
  /** Sent with the next flush. */
  #out: (string | Uint8Array)[] = [];
  /** Something other than heartbeats was queued or sent. */
  #hasBegun = false;
  #isMeasured = false;
  /** Null where what is added is sent. */
  #kept: KeptStream | null;
  readonly #onWrite: () => void;

  /** `onDrain`: the client reads again. `onWrite`: data was sent. */
  constructor(reply: StartedReply, onDrain: () => void, onWrite: () => void) {
    this.#reply = reply;
    this.#onWrite = onWrite;
    const { exchange, inspector } = reply;
    const { response, boundary } = exchange;
    this.#kept = inspector.keepsStreams ? new KeptStream(inspector.policy.limits.responseBytes) : null;
    this.#outflow = new PacedWriter(response, boundary.stallTimeoutMs, onDrain);
  }

  /** What waits for the end of the reply; null where nothing does. */
  get kept(): KeptStream | null {
    return this.#kept;
  }

  add(wire: string | Uint8Array): void {
    if (this.#kept !== null) {
      if (!this.#kept.keep(wire)) this.letGo();
      return;
    }
    this.#hasBegun = true;
    this.#out.push(wire);
  }

  /** What was kept may be sent, and what follows is not kept. */
  letGo(): void {
    const wires = this.#kept?.wires ?? [];
    this.#kept = null;
    for (const wire of wires) this.add(wire);
  }

  /** Does not send the head: a refusal may still have its own status. */
  addHeartbeat(wire: string | Uint8Array): void {
    this.#out.push(wire);
  }

  flush(): void {
    if (this.#out.length === 0 || this.#waitsForHead()) return;
    this.sendHead();
    this.#measure();
    this.#onWrite();
    const out = this.#out;
    this.#out = [];
    // Unchanged event frames are strings, which concatenate without a copy.
    const texts = out.filter((part) => typeof part === 'string');
    this.#outflow.write(
      texts.length === out.length ? texts.join('') : Buffer.concat(out.map((part) => Buffer.from(part))),
    );
  }

  sendHead(): void {
    const { exchange, head } = this.#reply;
    const { response } = exchange;
    if (response.headersSent || response.destroyed) return;
    const headers = replyHeaders(head.headers, { decoded: true });
    headers.push([DECISION_HEADER, exchange.id]);
    response.writeHead(head.status, headers.flat());
  }

  /** Delays the head briefly, so that frames that arrived with it are in the same write. */
  sendHeadAlone(): void {
    this.sendHead();
    const { response } = this.#reply.exchange;
    setImmediate(() => response.flushHeaders());
  }

  #waitsForHead(): boolean {
    if (this.#hasBegun || this.#reply.exchange.response.headersSent) return false;
    return this.#out.length < MOST_HEARTBEATS;
  }

  #measure(): void {
    if (this.#isMeasured || !this.#hasBegun) return;
    this.#isMeasured = true;
    const { exchange, sentMs } = this.#reply;
    const { boundary, target } = exchange;
    exchange.trace?.released();
    boundary.telemetry.timeToFirstToken(target.direction, (boundary.now() - sentMs) / 1000);
  }

  /** Ends the reply with the queued frames; an empty stream still gets its head. */
  end(): void {
    this.letGo();
    this.sendHead();
    this.flush();
    this.#reply.exchange.response.end();
  }
}
