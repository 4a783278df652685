import type { FoundDialect } from '../dialects/index.ts';
import type { Framing } from '../dialects/dialect.ts';
import type { ReplyHead, ReplySink as UpstreamSink, Transfer } from '../forward/upstream.ts';
import { UpstreamError } from '../forward/upstream-error.ts';
import type { Decoder } from '../http/decoder.ts';
import { createDecoder } from '../http/encoding.ts';
import { BodyError } from '../http/body.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { codeOfFault, recordAndRefuse, type Refuser } from './refuse.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';
import type { Asked, ReplyContext } from './reply-context.ts';
import type { Session } from './session.ts';
import { StreamedReply } from './streamed-reply.ts';
import { WholeReply } from './whole-reply.ts';

const STREAM_TYPES: Readonly<Record<string, Framing>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** How the reply to a request is taken. */
export interface Answering {
  readonly refuser: Refuser;
  readonly policy: CompiledPolicy;
  readonly model: string | null;
  /** How a reply of this media type is cut into frames; null: it is taken in one piece. */
  framing(status: number, type: string): Framing | null;
  body(reply: Replying, type: string, framing: Framing | null): ReplyBody;
}

/** A reply that has begun. `sentMs`: when its request was handed to the upstream, `boundary.now()` time. */
export type Replying = Pick<ReplyContext, 'head' | 'transfer' | 'sentMs'>;

/** A reply in a dialect of models: whole, or streamed where that was asked for. */
export function answeringInspected(session: Session, found: FoundDialect, asked: Asked): Answering {
  return {
    refuser: found.dialect,
    policy: asked.action.policy,
    model: asked.prompt.model,
    framing(status, type) {
      if (status !== 200 || !asked.prompt.stream) return null;
      if (found.match.framing === 'json-array' && type === 'application/json') return 'json-array';
      return STREAM_TYPES[type] ?? null;
    },
    body(replying, type, framing) {
      const context = { session, found, asked, ...replying };
      return framing === null ? new WholeReply(context, type) : new StreamedReply(context, framing);
    },
  };
}

/** Takes one reply from the upstream, picks how it is inspected, and ties its life to the client's. */
export class ReplySink implements UpstreamSink, Transfer {
  readonly #session: Session;
  readonly #answering: Answering;
  readonly #sentMs: number;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #body: ReplyBody | null = null;
  /** Chunks are decoded one after the other; the upstream waits. */
  #decoding: Promise<void> = Promise.resolve();
  #over = false;

  constructor(session: Session, answering: Answering) {
    this.#session = session;
    this.#answering = answering;
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
        this.#decoder = createDecoder(encoding, this.#answering.policy.limits.responseBytes);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    const framing = this.#answering.framing(head.status, type);
    this.#body = this.#answering.body({ head, transfer: this, sentMs: this.#sentMs }, type, framing);
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
      .record(this.#session, 'close', aborted, { model: this.#answering.model })
      .catch(() => undefined);
    this.#session.end('client_aborted', 499);
  }

  #refuse(error: unknown): void {
    this.abort();
    const detail = error instanceof UpstreamError || error instanceof BodyError ? error.message : null;
    const refusal = this.#session.refusal(codeOfFault(error), detail);
    void recordAndRefuse(this.#session, this.#answering.refuser, 'close', refusal);
  }
}

/** The first value of a header; null where there is none. Names of a reply are in lower case. */
export function headerOf(head: ReplyHead, name: string): string | null {
  return head.headers.find(([key]) => key === name)?.[1] ?? null;
}
