import { replyHeaders } from '../http/hop-by-hop.ts';
import { Outflow } from '../http/outflow.ts';
import { DECISION_HEADER } from './refuse.ts';
import type { StartedReply } from './started-reply.ts';

/** Writes the head and the frames of one streamed reply, at the pace of its reader. */
export class StreamWriter {
  readonly #reply: StartedReply;
  readonly #outflow: Outflow;
  /** Goes out with the next flush. */
  #out: (string | Uint8Array)[] = [];

  /** `onDrain`: the client reads again. */
  constructor(reply: StartedReply, onDrain: () => void) {
    this.#reply = reply;
    const { response, boundary } = reply.exchange;
    this.#outflow = new Outflow(response, boundary.stallTimeoutMs, onDrain);
  }

  add(wire: string | Uint8Array): void {
    this.#out.push(wire);
  }

  flush(): void {
    if (this.#out.length === 0) return;
    this.sendHead();
    const out = this.#out;
    this.#out = [];
    // Unchanged frames of events are text, which joins without a copy.
    const texts = out.filter((part) => typeof part === 'string');
    this.#outflow.write(
      texts.length === out.length ? texts.join('') : Buffer.concat(out.map((part) => Buffer.from(part))),
    );
  }

  sendHead(): void {
    const { exchange, head, sentMs } = this.#reply;
    const { response, boundary, target } = exchange;
    if (response.headersSent || response.destroyed) return;
    boundary.telemetry.timeToFirstToken(target.direction, (boundary.now() - sentMs) / 1000);
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

  /** Ends the reply with all that is left of it; a stream of which nothing was left to send still has its head. */
  end(): void {
    this.flush();
    this.sendHead();
    this.#reply.exchange.response.end();
  }
}
