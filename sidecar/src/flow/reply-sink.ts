import type { FoundDialect } from '../dialects/index.ts';
import type { Framing } from '../dialects/dialect.ts';
import type { ReplyHead, ReplySink as UpstreamSink, Transfer } from '../forward/upstream.ts';
import { UpstreamError } from '../forward/upstream-error.ts';
import type { Decoder } from '../listeners/decoder.ts';
import { createDecoder } from '../listeners/encoding.ts';
import { BodyError } from '../listeners/body.ts';
import { codeOfFault, recordAndRefuse } from './refuse.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';
import type { Asked } from './reply-context.ts';
import type { Session } from './session.ts';
import { StreamedReply } from './streamed-reply.ts';
import { WholeReply } from './whole-reply.ts';

const STREAM_TYPES: Readonly<Record<string, Framing>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** Takes one reply from the upstream, picks how it is inspected, and ties its life to the client's. */
export class ReplySink implements UpstreamSink, Transfer {
  readonly #session: Session;
  readonly #found: FoundDialect;
  readonly #asked: Asked;
  readonly #sentMs: number;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #body: ReplyBody | null = null;
  /** Chunks are decoded one after the other; the upstream waits. */
  #decoding: Promise<void> = Promise.resolve();
  #over = false;

  constructor(session: Session, found: FoundDialect, asked: Asked) {
    this.#session = session;
    this.#found = found;
    this.#asked = asked;
    this.#sentMs = session.boundary.now();
    session.response.once('close', () => {
      this.#clientClosed();
    });
  }

  start(transfer: Transfer): void {
    this.#transfer = transfer;
    if (this.#over) transfer.abort();
  }

  resume(): void {
    this.#transfer?.resume();
  }

  abort(): void {
    this.#over = true;
    this.#decoder?.destroy();
    this.#transfer?.abort();
  }

  head(head: ReplyHead): void {
    const type = headerOf(head, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    const encoding = headerOf(head, 'content-encoding');
    try {
      // Identity was asked for, but a server may encode all the same.
      if (encoding !== null)
        this.#decoder = createDecoder(encoding, this.#asked.action.policy.limits.responseBytes);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    const framing = this.#framing(head.status, type);
    const context = {
      session: this.#session,
      found: this.#found,
      asked: this.#asked,
      head,
      transfer: this,
      sentMs: this.#sentMs,
    };
    this.#body = framing === null ? new WholeReply(context, type) : new StreamedReply(context, framing);
  }

  data(chunk: Buffer): boolean {
    if (this.#over || this.#body === null) return true;
    if (this.#decoder === null) return this.#body.data(chunk);
    this.#decode(this.#decoder, this.#body, (decoder) => decoder.push(chunk));
    return false;
  }

  end(trailers: Trailers): void {
    const body = this.#body;
    if (this.#over || body === null) return;
    if (this.#decoder === null) {
      body.end(trailers);
      return;
    }
    this.#decode(
      this.#decoder,
      body,
      (decoder) => decoder.end(),
      () => body.end(trailers),
    );
  }

  error(error: Error): void {
    if (this.#over) return;
    this.#session.boundary.log.upstreamFailed(this.#session.id, error);
    if (this.#body === null) {
      this.#refuse(error);
      return;
    }
    this.#over = true;
    this.#body.fail(error);
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
        for (const piece of pieces) goOn = body.data(piece) && goOn;
        if (then !== undefined) then();
        else if (goOn) this.resume();
      })
      .catch((error: unknown) => {
        if (this.#over) return;
        this.abort();
        body.fail(error instanceof Error ? error : new Error('the reply cannot be decoded'));
      });
  }

  #framing(status: number, type: string): Framing | null {
    if (status !== 200 || !this.#asked.prompt.stream) return null;
    if (this.#found.match.framing === 'json-array' && type === 'application/json') return 'json-array';
    return STREAM_TYPES[type] ?? null;
  }

  /** Called after every end of the response; only one that is not complete is an abort. */
  #clientClosed(): void {
    const { response } = this.#session;
    if (response.writableFinished || this.#session.ended) return;
    this.abort();
    const aborted = {
      verdict: 'allow',
      code: null,
      status: null,
      hits: [],
      outcome: 'client_aborted',
    } as const;
    this.#session
      .record(this.#session, 'close', aborted, { model: this.#asked.prompt.model })
      .catch(() => undefined);
    this.#session.end('client_aborted', 499);
  }

  #refuse(error: unknown): void {
    this.abort();
    const detail = error instanceof UpstreamError || error instanceof BodyError ? error.message : null;
    const refusal = this.#session.refusal(codeOfFault(error), detail);
    void recordAndRefuse(this.#session, this.#found.dialect, 'close', refusal);
  }
}

/** The first value of a header; null where there is none. Names of a reply are in lower case. */
export function headerOf(head: ReplyHead, name: string): string | null {
  return head.headers.find(([key]) => key === name)?.[1] ?? null;
}
