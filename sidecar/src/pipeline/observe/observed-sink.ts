import { STATUS_CODES } from 'node:http';

import type { Peer } from '../../exchange/index.ts';
import type { ReplyHead, ReplySink as UpstreamSink, Transfer } from '../../forward/transfer.ts';
import type { Decoder } from '../../http/body/decoder.ts';
import { createDecoder } from '../../http/body/encoding.ts';
import type { InterimReply } from '../../forward/interim.ts';
import { UpstreamError } from '../../forward/upstream-error.ts';
import { carriedReplyHeaders, interimHead } from '../../http/head/carried.ts';
import { PacedWriter } from '../../http/sockets/paced-writer.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import { endOf, refusedOutcome } from '../context/outcome.ts';
import type { RefusalRenderer, ReplyInspector } from '../inspect/inspector.ts';
import { recordEnd, recordLeft } from '../reply/left-reply.ts';
import { giveUp } from '../reply/give-up.ts';
import { ObservedReply } from './observed-reply.ts';
import { settleRedirect } from '../reply/redirect.ts';
import { isEventStream } from '../context/bare.ts';
import { DECISION_HEADER, recordAndRefuse, refusalOfFault } from '../context/refuse.ts';
import type { Trailers } from '../reply/reply-body.ts';
import { ServiceEnded } from '../context/service-end.ts';
import { headerOf, mediaTypeOf, type Repeat } from '../reply/reply-sink.ts';

/** So many bytes may wait for their decoder before the server is paused. */
const MOST_UNDECODED = 262_144;

/** Forwards a reply byte for byte while a copy of it is judged. Only the end of the reply waits, until the result is recorded. */
export class ObservedSink implements UpstreamSink, Transfer {
  readonly #exchange: HttpExchange;
  readonly #inspector: ReplyInspector | null;
  readonly #refusals: RefusalRenderer;
  readonly #outflow: PacedWriter;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #observed: ObservedReply | null = null;
  #work: Promise<void> = Promise.resolve();
  #undecodedBytes = 0;
  #isOver = false;
  #again: (() => Promise<Repeat>) | null;

  /**
   * `inspector` is null if the request could not be read or its route is not inspected: the reply is then not judged. `again` records a
   * retry; null if none is allowed.
   */
  constructor(
    exchange: HttpExchange,
    {
      inspector,
      refusals,
      again,
    }: {
      readonly inspector: ReplyInspector | null;
      readonly refusals: RefusalRenderer;
      readonly again: (() => Promise<Repeat>) | null;
    },
  ) {
    this.#exchange = exchange;
    this.#again = again;
    this.#inspector = inspector;
    this.#refusals = refusals;
    const { response, boundary } = exchange;
    this.#outflow = new PacedWriter(response, boundary.stallTimeoutMs, () => this.#goOn());
    const forget = boundary.serviceEnd.onCut(() => this.error(new ServiceEnded()));
    response.once('close', () => {
      forget();
      this.#closed();
    });
  }

  start(transfer: Transfer): void {
    this.#transfer = transfer;
    if (this.#isOver) transfer.abort();
  }

  connected(peer: Peer): void {
    this.#exchange.connected(peer);
  }

  resume(): void {
    this.#transfer?.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#transfer?.abort();
  }

  /**
   * Only once the response is first in the pipeline of its connection: else the head would be out of order. Never to HTTP/1.0 (RFC 9110
   * §15.2).
   */
  interim({ status, reason, headers }: InterimReply): void {
    const { request, response } = this.#exchange;
    if (response.headersSent || request.httpVersionMinor === 0) return;
    response.socket?.write(interimHead(status, reason, headers), 'latin1');
  }

  head(received: ReplyHead): void {
    const { response, request, target, boundary, method, policy } = this.#exchange;
    boundary.crossOrigin.learn(target.origin, request.headers.origin, (name) => headerOf(received, name));
    const head = policy?.mode === 'observe' ? received : settleRedirect(this.#exchange, received);
    if (head === null) {
      this.#transfer?.abort();
      this.error(new UpstreamError('redirected'));
      return;
    }
    const isChunked =
      headerOf(head, 'content-length') === null && request.httpVersionMinor === 1 && method !== 'HEAD';
    const keepsTrailer = isChunked && head.status !== 204 && head.status !== 304;
    const own = [DECISION_HEADER, this.#exchange.id] as const;
    // No `Date` unless the server sent one.
    response.sendDate = false;
    response.writeHead(
      head.status,
      writableReason(head),
      carriedReplyHeaders(head.rawHeaders, own, keepsTrailer).flat(),
    );
    setImmediate(() => response.flushHeaders());
    if (this.#inspector === null) {
      if (isEventStream(mediaTypeOf(head))) this.#exchange.passedUnread();
      return;
    }
    this.#exchange.shadow?.replied(head.status, mediaTypeOf(head), head.headers);
    this.#observed = new ObservedReply(this.#exchange, this.#inspector, {
      status: head.status,
      type: mediaTypeOf(head),
      onJudged: () => this.#goOn(),
    });
    const encoding = headerOf(head, 'content-encoding');
    try {
      this.#inspector.checkHeaders(head.headers);
      if (encoding === null) return;
      this.#decoder = createDecoder(encoding, this.#inspector.policy.limits.responseBytes);
    } catch {
      this.#observed.fault();
    }
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    const goOn = this.#outflow.write(chunk);
    this.#undecodedBytes += chunk.length;
    this.#observe(async (observed, decoder) => {
      this.#undecodedBytes -= chunk.length;
      if (decoder === null) observed.data(chunk);
      else for (const piece of await decoder.push(chunk)) await judgedSoon(observed, piece);
      if (decoder !== null) this.#goOn();
    });
    return goOn && !this.#isBehind;
  }

  /** What arrives is judged later than it should. */
  get #isBehind(): boolean {
    return this.#observed !== null && (this.#observed.isBehind || this.#undecodedBytes > MOST_UNDECODED);
  }

  #goOn(): void {
    if (!this.#exchange.response.writableNeedDrain && !this.#isBehind) this.resume();
  }

  end(trailers: Trailers): void {
    if (this.#isOver) return;
    this.#exchange.trace?.replied();
    this.#observe(async (observed, decoder) => {
      if (decoder !== null) for (const piece of await decoder.end()) await judgedSoon(observed, piece);
    });
    this.#work
      .then(() => this.#finish(trailers))
      .catch((fault: unknown) => giveUp({ exchange: this.#exchange, transfer: this }, fault));
  }

  error(error: Error): void {
    if (this.#isOver) return;
    const exchange = this.#exchange;
    if (error instanceof ServiceEnded) this.#transfer?.abort();
    else exchange.boundary.log.upstreamFailed(exchange.id, error);
    const again = error instanceof UpstreamError && error.code === 'stale' ? this.#again : null;
    if (again !== null) {
      this.#repeat(again);
      return;
    }
    this.#isOver = true;
    this.#decoder?.destroy();
    const refusal = refusalOfFault(exchange.id, error);
    if (!exchange.response.headersSent) {
      void recordAndRefuse(exchange, this.#refusals, 'close', refusal);
      return;
    }
    this.#observed?.judgeAtOnce();
    exchange.response.destroy();
    exchange.record(exchange, 'close', refusedOutcome(refusal, 200)).catch(() => undefined);
    exchange.end(endOf(refusal), exchange.response.statusCode);
  }

  /** Once, on a new connection: no byte of the reply arrived. */
  #repeat(again: () => Promise<Repeat>): void {
    this.#again = null;
    const repeated = again().then(
      (repeat) => {
        if (!this.#isOver) this.start(repeat(this));
      },
      () => {
        this.#isOver = true;
        const refusal = this.#exchange.refusal('audit_unavailable');
        void recordAndRefuse(this.#exchange, this.#refusals, 'close', refusal, { unrecorded: true });
      },
    );
    repeated.catch((fault: unknown) => giveUp({ exchange: this.#exchange, transfer: this }, fault));
  }

  /** Judges the pieces in order; the client already has them. */
  #observe(step: (observed: ObservedReply, decoder: Decoder | null) => Promise<void>): void {
    const observed = this.#observed;
    if (observed === null) return;
    if (this.#decoder === null) {
      step(observed, null).catch((fault: unknown) => this.#unjudged(observed, fault));
      return;
    }
    const decoder = this.#decoder;
    this.#work = this.#work.then(() => step(observed, decoder)).catch(() => observed.fault());
  }

  #unjudged(observed: ObservedReply, fault: unknown): void {
    this.#exchange.boundary.log.unexpected(this.#exchange.id, fault);
    observed.fault();
  }

  async #finish(trailers: Trailers): Promise<void> {
    const { response } = this.#exchange;
    try {
      await this.#observed?.end();
    } catch {
      // `audit.required`: an unrecorded reply must not end cleanly.
      response.destroy();
      this.#exchange.end('refused', response.statusCode);
      return;
    }
    this.#isOver = true;
    if (trailers.length > 0)
      response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    response.end();
    this.#exchange.end('completed', response.statusCode);
    if (this.#inspector === null) recordEnd(this.#exchange);
  }

  #closed(): void {
    this.#decoder?.destroy();
    this.#observed?.judgeAtOnce();
    if (recordLeft(this.#exchange, this.#inspector?.model ?? null)) this.abort();
  }
}

/** A small piece may become a large one: the next waits until it is judged. */
async function judgedSoon(observed: ObservedReply, piece: Buffer): Promise<void> {
  observed.data(piece);
  if (observed.isBehind) await observed.judged();
}

/** The server's reason phrase, unless it contains a control character, which a head must not (RFC 9112 §4). */
function writableReason({ status, reason }: ReplyHead): string {
  return /[^\t\x20-\x7e\x80-\xff]/.test(reason) ? (STATUS_CODES[status] ?? '') : reason;
}
