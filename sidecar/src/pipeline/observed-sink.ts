import type { ReplyHead, ReplySink as UpstreamSink, Transfer } from '../forward/upstream.ts';
import type { Decoder } from '../http/decoder.ts';
import { createDecoder } from '../http/encoding.ts';
import { replyHeaders } from '../http/hop-by-hop.ts';
import { Outflow } from '../http/outflow.ts';
import { refusedOutcome, type HttpExchange } from './exchange-context.ts';
import type { RefusalRenderer, ReplyInspector } from './inspector.ts';
import { recordLeft } from './left-reply.ts';
import { ObservedReply } from './observed-reply.ts';
import { codeOfFault, DECISION_HEADER, recordAndRefuse } from './refuse.ts';
import type { Trailers } from './reply-body.ts';
import { headerOf, mediaTypeOf } from './reply-sink.ts';

/**
 * Passes a reply on byte for byte while a copy of it is judged. Nothing waits for a verdict; only the end of the reply waits until what
 * was seen is on the record.
 */
export class ObservedSink implements UpstreamSink, Transfer {
  readonly #exchange: HttpExchange;
  readonly #inspector: ReplyInspector | null;
  readonly #refusals: RefusalRenderer;
  readonly #outflow: Outflow;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #observed: ObservedReply | null = null;
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  /** `inspector` is null where the request could not be read: then nothing is judged. */
  constructor(exchange: HttpExchange, inspector: ReplyInspector | null, refusals: RefusalRenderer) {
    this.#exchange = exchange;
    this.#inspector = inspector;
    this.#refusals = refusals;
    const { response, boundary } = exchange;
    this.#outflow = new Outflow(response, boundary.stallTimeoutMs, () => this.resume());
    response.once('close', () => this.#closed());
  }

  start(transfer: Transfer): void {
    this.#transfer = transfer;
    if (this.#isOver) transfer.abort();
  }

  resume(): void {
    this.#transfer?.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#transfer?.abort();
  }

  head(head: ReplyHead): void {
    const { response } = this.#exchange;
    const headers = replyHeaders(head.headers, { decoded: false });
    headers.push([DECISION_HEADER, this.#exchange.id]);
    const length = headerOf(head, 'content-length');
    if (length !== null) headers.push(['content-length', length]);
    const trailer = headerOf(head, 'trailer');
    if (trailer !== null && length === null) headers.push(['trailer', trailer]);
    response.writeHead(head.status, headers.flat());
    setImmediate(() => response.flushHeaders());
    if (this.#inspector === null) return;
    this.#observed = new ObservedReply(this.#exchange, this.#inspector, head.status, mediaTypeOf(head));
    const encoding = headerOf(head, 'content-encoding');
    if (encoding === null) return;
    try {
      this.#decoder = createDecoder(encoding, this.#inspector.policy.limits.responseBytes);
    } catch {
      this.#observed.fault();
    }
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    const goOn = this.#outflow.write(chunk);
    this.#observe(async (observed, decoder) => {
      if (decoder === null) observed.data(chunk);
      else for (const piece of await decoder.push(chunk)) observed.data(piece);
    });
    return goOn;
  }

  end(trailers: Trailers): void {
    if (this.#isOver) return;
    this.#observe(async (observed, decoder) => {
      if (decoder !== null) for (const piece of await decoder.end()) observed.data(piece);
    });
    this.#work.then(
      () => this.#finish(trailers),
      (error: unknown) => {
        this.#exchange.boundary.log.unexpected(this.#exchange.id, error);
        this.#exchange.response.destroy();
      },
    );
  }

  error(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#decoder?.destroy();
    const { exchange } = { exchange: this.#exchange };
    exchange.boundary.log.upstreamFailed(exchange.id, error);
    const code = codeOfFault(error);
    if (!exchange.response.headersSent) {
      void recordAndRefuse(exchange, this.#refusals, 'close', exchange.refusal(code, error.message));
      return;
    }
    exchange.response.destroy();
    exchange.record(exchange, 'close', refusedOutcome(code, 200)).catch(() => undefined);
    exchange.end('upstream_failed', exchange.response.statusCode);
  }

  /** One piece after the other, while the client already has it. */
  #observe(step: (observed: ObservedReply, decoder: Decoder | null) => Promise<void>): void {
    const observed = this.#observed;
    if (observed === null) return;
    if (this.#decoder === null) {
      void step(observed, null);
      return;
    }
    const decoder = this.#decoder;
    this.#work = this.#work.then(() => step(observed, decoder)).catch(() => observed.fault());
  }

  async #finish(trailers: Trailers): Promise<void> {
    const { response } = this.#exchange;
    try {
      await this.#observed?.end();
    } catch {
      // `audit.required`: what is not on the record does not end well.
      response.destroy();
      this.#exchange.end('upstream_failed', response.statusCode);
      return;
    }
    this.#isOver = true;
    if (trailers.length > 0)
      response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    response.end();
    this.#exchange.end('completed', response.statusCode);
  }

  #closed(): void {
    this.#decoder?.destroy();
    if (recordLeft(this.#exchange, this.#inspector?.model ?? null)) this.abort();
  }
}
