import { replyHeaders } from '../../http/head/hop-by-hop.ts';
import { PacedWriter } from '../../http/sockets/paced-writer.ts';
import { DECISION_HEADER } from '../context/refuse.ts';
import type { StartedReply } from './started-reply.ts';

/** So many wait for the head at most: a server may send them without end. */
const MOST_HEARTBEATS = 256;

/** Writes the head and the frames of one streamed reply, at the pace of its reader. */
export class StreamWriter {
  readonly #reply: StartedReply;
  readonly #outflow: PacedWriter;
  /** Goes out with the next flush. */
  #out: (string | Uint8Array)[] = [];
  /** More than heartbeats is in `#out`, or left. */
  #hasBegun = false;
  #isMeasured = false;
  readonly #onWrite: () => void;

  /** `onDrain`: the client reads again. `onWrite`: it gets something. */
  constructor(reply: StartedReply, onDrain: () => void, onWrite: () => void) {
    this.#reply = reply;
    this.#onWrite = onWrite;
    const { response, boundary } = reply.exchange;
    this.#outflow = new PacedWriter(response, boundary.stallTimeoutMs, onDrain);
  }

  add(wire: string | Uint8Array): void {
    this.#hasBegun = true;
    this.#out.push(wire);
  }

  /** Does not make the head go: a refusal may still have a status of its own. */
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
    // Unchanged frames of events are text, which joins without a copy.
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

  /** Leaves the head a moment in which the first frames, where they came along with it, join it in one write. */
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
    boundary.telemetry.timeToFirstToken(target.direction, (boundary.now() - sentMs) / 1000);
  }

  /** Ends the reply with all that is left of it; a stream of which nothing was left to send still has its head. */
  end(): void {
    this.sendHead();
    this.flush();
    this.#reply.exchange.response.end();
  }
}
