import type { ActionContext } from '../controls/index.ts';
import type { FoundDialect } from '../dialects/index.ts';
import type { Prompt } from '../exchange/index.ts';
import type { ReplyHead, ReplySink as UpstreamSink, Transfer, UpstreamError } from '../forward/upstream.ts';
import { createDecoder, EncodingError, type Decoder } from '../listeners/encoding.ts';
import { recordAndRefuse } from './refuse.ts';
import type { Session } from './session.ts';
import { StreamedReply } from './streamed-reply.ts';
import { WholeReply } from './whole-reply.ts';

/** What the reply is judged against. */
export interface Asked {
  readonly prompt: Prompt;
  readonly action: ActionContext;
}

/** What takes the decoded bytes of one reply. */
export interface ReplyBody {
  /** False: pause until `transfer.resume()`. */
  data(chunk: Buffer): boolean;
  end(): void;
  /** The upstream broke off, or what it sent cannot be decoded. */
  fail(error: Error): void;
}

const STREAM_TYPES: Readonly<Record<string, 'sse' | 'ndjson'>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** Takes one reply from the upstream, picks how it is inspected, and ties its life to the client's. */
export class ReplySink implements UpstreamSink {
  readonly #session: Session;
  readonly #found: FoundDialect;
  readonly #asked: Asked;
  readonly #sentMs: number;
  #transfer: Transfer | null = null;
  #decoder: Decoder | null = null;
  #body: ReplyBody | null = null;
  #over = false;

  constructor(session: Session, found: FoundDialect, asked: Asked) {
    this.#session = session;
    this.#found = found;
    this.#asked = asked;
    this.#sentMs = session.boundary.now();
  }

  start(transfer: Transfer): void {
    this.#transfer = transfer;
    const { response } = this.#session;
    response.once('close', () => {
      if (response.writableFinished || this.#over) return;
      this.#over = true;
      transfer.abort();
      const aborted = {
        verdict: 'allow',
        code: null,
        status: null,
        hits: [],
        outcome: 'client_aborted',
      } as const;
      this.#session.record(this.#session, 'close', aborted, { model: this.#asked.prompt.model }).catch(() => {
        this.#session.boundary.telemetry.auditError();
      });
      this.#session.end('client_aborted', 499);
    });
  }

  head(head: ReplyHead): void {
    const type = headerOf(head, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    const encoding = headerOf(head, 'content-encoding');
    try {
      this.#decoder = createDecoder(encoding ?? 'identity', this.#limit());
    } catch (error) {
      this.#refuse(error);
      return;
    }
    const framing = this.#framing(head.status, type);
    const pause = { resume: () => this.#transfer?.resume(), abort: () => this.#transfer?.abort() };
    const context = {
      session: this.#session,
      found: this.#found,
      asked: this.#asked,
      head,
      transfer: pause,
      sentMs: this.#sentMs,
    };
    this.#body = framing === null ? new WholeReply(context) : new StreamedReply(context, framing);
  }

  data(chunk: Buffer): boolean {
    if (this.#over || this.#body === null || this.#decoder === null) return true;
    let goOn = true;
    try {
      for (const piece of this.#decoder.push(chunk)) goOn = this.#body.data(piece) && goOn;
    } catch (error) {
      this.#failDecoding(error);
    }
    return goOn;
  }

  end(): void {
    if (this.#over || this.#body === null) return;
    try {
      for (const piece of this.#decoder?.end() ?? []) this.#body.data(piece);
    } catch (error) {
      this.#failDecoding(error);
      return;
    }
    this.#body.end();
  }

  error(error: UpstreamError): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#body !== null) {
      this.#body.fail(error);
      return;
    }
    this.#refuse(error);
  }

  /** Identity is asked for, but a server may encode all the same. */
  #limit(): number {
    return this.#asked.action.policy.limits.responseBytes;
  }

  #framing(status: number, type: string): 'sse' | 'ndjson' | 'json-array' | null {
    if (status !== 200) return null;
    if (
      this.#asked.prompt.stream &&
      this.#found.match.framing === 'json-array' &&
      type === 'application/json'
    )
      return 'json-array';
    return this.#asked.prompt.stream ? (STREAM_TYPES[type] ?? null) : null;
  }

  #failDecoding(error: unknown): void {
    this.#over = true;
    this.#transfer?.abort();
    this.#body?.fail(error instanceof Error ? error : new Error(String(error)));
  }

  #refuse(error: unknown): void {
    this.#over = true;
    this.#transfer?.abort();
    const code = error instanceof EncodingError ? 'response_malformed' : 'upstream_unavailable';
    const refusal = this.#session.refusal(code, error instanceof Error ? error.message : null);
    void recordAndRefuse(this.#session, this.#found.dialect, 'close', refusal);
  }
}

export function headerOf(head: ReplyHead, name: string): string | null {
  return head.headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}
