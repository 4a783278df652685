import type { Framing } from '../../dialects/index.ts';
import type { Peer } from '../../exchange/index.ts';
import type { ReplyHead, ReplySink as UpstreamSink, Transfer } from '../../forward/transfer.ts';
import { UpstreamError } from '../../forward/upstream-error.ts';
import type { Decoder } from '../../http/body/decoder.ts';
import { createDecoder } from '../../http/body/encoding.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import type { AskedAgain, ReplyInspector } from '../inspect/inspector.ts';
import { settleRedirect } from './redirect.ts';
import { recordAndRefuse, refusalOfFault } from '../context/refuse.ts';
import { giveUp } from './give-up.ts';
import { recordLeft } from './left-reply.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';
import { ServiceEnded } from '../context/service-end.ts';
import type { StartedReply } from './started-reply.ts';
import { StreamedReply } from './streamed-reply.ts';
import { UnnamedReply } from './unnamed-reply.ts';
import { WholeReply } from './whole-reply.ts';

/** Repeats the request once its record is durable. */
export type Repeat = (sink: UpstreamSink) => Transfer;

/** Requests that may follow the first for the same reply, each on the record before it is sent. */
export interface Repeats {
  /** The same once more; null if that is not allowed. */
  readonly same: (() => Promise<Repeat>) | null;
  /** One that goes on where a reply was withheld; null if a limit does not allow it, which is then on the record. */
  readonly further: (again: AskedAgain) => Promise<Repeat | null>;
}

/** Receives one reply from the upstream, chooses how to inspect it, and ties its lifetime to the client's. */
export class ReplySink implements UpstreamSink, Transfer {
  readonly #exchange: HttpExchange;
  #inspector: ReplyInspector;
  readonly #sentMs: number;
  /** Records a retry; null if none is allowed. */
  #again: (() => Promise<Repeat>) | null;
  readonly #further: Repeats['further'];
  /** Withholds the reply before, until one arrives that takes its place. */
  #withhold: (() => void) | null = null;
  /** Of the last reply that began; null: read as a whole. */
  #framing: Framing | null = null;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #body: ReplyBody | null = null;
  /** Chunks are decoded in order; the upstream is paused meanwhile. */
  #decoding: Promise<void> = Promise.resolve();
  #over = false;

  constructor(exchange: HttpExchange, inspector: ReplyInspector, { same, further }: Repeats) {
    this.#again = same;
    this.#further = further;
    this.#exchange = exchange;
    this.#inspector = inspector;
    this.#sentMs = exchange.boundary.now();
    const forget = exchange.boundary.serviceEnd.onCut(() => this.error(new ServiceEnded()));
    exchange.response.once('close', () => {
      forget();
      this.#clientClosed();
    });
  }

  start(transfer: Transfer): void {
    this.#transfer = transfer;
    if (this.#over) transfer.abort();
  }

  connected(peer: Peer): void {
    this.#exchange.connected(peer);
  }

  resume(): void {
    this.#transfer?.resume();
  }

  abort(): void {
    this.#over = true;
    this.#decoder?.destroy();
    this.#transfer?.abort();
  }

  head(received: ReplyHead): void {
    const { boundary, target, request } = this.#exchange;
    boundary.crossOrigin.learn(target.origin, request.headers.origin, (name) => headerOf(received, name));
    const head = settleRedirect(this.#exchange, received);
    if (head === null) {
      this.#refuse(new UpstreamError('redirected'));
      return;
    }
    const type = mediaTypeOf(head);
    const encoding = headerOf(head, 'content-encoding');
    try {
      // Identity was requested, but servers may encode anyway.
      if (encoding !== null)
        this.#decoder = createDecoder(encoding, this.#inspector.policy.limits.responseBytes);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#exchange.shadow?.replied(head.status, type, head.headers);
    const framing = this.#inspector.framing(head.status, type);
    // An error of the server says nothing to a client that has not asked this.
    if (head.status >= 300 && this.#withholdEarlier()) return;
    const withhold = this.#withhold;
    this.#withhold = null;
    const reply: StartedReply = {
      exchange: this.#exchange,
      inspector: this.#inspector,
      head,
      type,
      transfer: this,
      askAgain: (again, withhold) => this.#askAgain(again, withhold),
      sentMs: this.#sentMs,
    };
    const begin = (by: Framing | null): ReplyBody => {
      // The head that the client has is that of a stream in another form.
      if (withhold !== null && by !== this.#framing && this.#exchange.response.headersSent) {
        this.abort();
        withhold();
        return NO_BODY;
      }
      this.#framing = by;
      return by === null ? new WholeReply(reply) : new StreamedReply(reply, by);
    };
    this.#body = framing === 'by_beginning' ? new UnnamedReply(begin) : begin(framing);
  }

  data(chunk: Buffer): boolean {
    if (this.#over || this.#body === null) return true;
    if (this.#decoder === null) return this.#pass(this.#body, chunk);
    this.#decode(this.#decoder, this.#body, (decoder) => decoder.push(chunk));
    return false;
  }

  end(trailers: Trailers): void {
    const body = this.#body;
    if (this.#over || body === null) return;
    if (this.#decoder === null) {
      this.#finish(body, trailers);
      return;
    }
    this.#decode(
      this.#decoder,
      body,
      (decoder) => decoder.end(),
      () => this.#finish(body, trailers),
    );
  }

  error(error: Error): void {
    if (this.#over) return;
    if (error instanceof ServiceEnded) this.#transfer?.abort();
    else this.#exchange.boundary.log.upstreamFailed(this.#exchange.id, error);
    if (this.#body === null) {
      const again = error instanceof UpstreamError && error.code === 'stale' ? this.#again : null;
      if (again === null) this.#refuse(error);
      else this.#repeat(again);
      return;
    }
    this.#over = true;
    this.#body.fail(error);
  }

  #pass(body: ReplyBody, piece: Buffer): boolean {
    this.#exchange.shadow?.piece(piece);
    return body.data(piece);
  }

  #finish(body: ReplyBody, trailers: Trailers): void {
    this.#exchange.shadow?.complete();
    this.#exchange.trace?.replied();
    body.end(trailers);
  }

  #askAgain(again: AskedAgain, withhold: () => void): void {
    this.#again = null;
    this.#inspector = again.reply;
    this.#body = null;
    this.#decoder = null;
    this.#withhold = withhold;
    this.#repeat(() => this.#further(again));
  }

  /** Once, on a new connection: a second failure is the server's. */
  #repeat(again: () => Promise<Repeat | null>): void {
    this.#again = null;
    const repeated = again().then(
      (repeat) => {
        if (this.#over) return;
        if (repeat === null) this.#withholdEarlier();
        else this.start(repeat(this));
      },
      () => {
        // That it is withheld is on the record, and another status has no place in a stream that began.
        if (this.#exchange.response.headersSent && this.#withholdEarlier()) return;
        this.abort();
        const refusal = this.#exchange.refusal('audit_unavailable');
        void recordAndRefuse(this.#exchange, this.#inspector.refusals, 'close', refusal, {
          unrecorded: true,
        });
      },
    );
    repeated.catch((fault: unknown) => giveUp({ exchange: this.#exchange, transfer: this }, fault));
  }

  #decode(
    decoder: Decoder,
    body: ReplyBody,
    step: (decoder: Decoder) => Promise<Buffer[]>,
    then?: () => void,
  ): void {
    this.#decoding = this.#decoding
      .then(() => step(decoder))
      .then((pieces) => {
        if (this.#over) return;
        let goOn = true;
        for (const piece of pieces) goOn = this.#pass(body, piece) && goOn;
        if (then !== undefined) then();
        else if (goOn) this.resume();
      })
      .catch((error: unknown) => {
        if (this.#over) return;
        this.abort();
        body.fail(error instanceof Error ? error : new Error('the reply cannot be decoded'));
      })
      .catch((fault: unknown) => giveUp({ exchange: this.#exchange, transfer: this }, fault));
  }

  /** Runs after every end of the response; an incomplete one is an abort. */
  #clientClosed(): void {
    if (recordLeft(this.#exchange, this.#inspector.model)) this.abort();
  }

  /** No reply takes the place of the one before. False: there is none. */
  #withholdEarlier(): boolean {
    if (this.#withhold === null) return false;
    this.#exchange.unanswered();
    this.abort();
    this.#withhold();
    return true;
  }

  #refuse(error: unknown): void {
    if (this.#withholdEarlier()) return;
    this.abort();
    const refusal = refusalOfFault(this.#exchange.id, error);
    void recordAndRefuse(this.#exchange, this.#inspector.refusals, 'close', refusal);
  }
}

/** Of a reply that is not wanted. */
const NO_BODY: ReplyBody = { data: () => true, end: () => undefined, fail: () => undefined };

/** The media type, in lower case, without parameters; empty if absent. */
export function mediaTypeOf(head: ReplyHead): string {
  return headerOf(head, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The first value of a header; null if absent. Header names of a reply are in lower case. */
export function headerOf(head: ReplyHead, name: string): string | null {
  return head.headers.find(([key]) => key === name)?.[1] ?? null;
}
