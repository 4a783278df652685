import type { Recorded } from '../audit/record/record.ts';
import type { Permitted } from '../controls/permit.ts';
import type { InterimReply } from './interim.ts';
import type { ReplyHead, ReplySink } from './transfer.ts';
import { UPSTREAM_DEFAULTS, type UpstreamOptions, type UpstreamRequest } from './upstream.ts';
import type { UpstreamError } from './upstream-error.ts';

/** For tests only: replaces the ledger and the controls. */
export function minted<T>(subject: T): Recorded<Permitted<T>> {
  return subject as Recorded<Permitted<T>>;
}

export const LOCAL: UpstreamOptions = { ...UPSTREAM_DEFAULTS, maxConnections: 4, maxWaiting: 4 };

export function requestTo(
  origin: string,
  change: Partial<UpstreamRequest> = {},
): Recorded<Permitted<UpstreamRequest>> {
  return minted({ origin, path: '/', method: 'GET', headers: [], body: null, ...change });
}

/** Collects the result of a transfer. */
export class Collected implements ReplySink {
  readonly events: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly interims: InterimReply[] = [];
  readonly settled: Promise<void>;
  reply: ReplyHead | null = null;
  failure: UpstreamError | null = null;
  trailers: readonly (readonly [string, string])[] = [];
  readonly #settle: () => void;

  constructor() {
    let settle: () => void = () => undefined;
    this.settled = new Promise((resolve) => (settle = resolve));
    this.#settle = settle;
  }

  get body(): string {
    return Buffer.concat(this.chunks).toString();
  }

  interim(reply: InterimReply): void {
    this.interims.push(reply);
  }

  head(head: ReplyHead): void {
    this.events.push('head');
    this.reply = head;
  }

  data(chunk: Buffer): boolean {
    this.events.push('data');
    this.chunks.push(chunk);
    return true;
  }

  end(trailers: readonly (readonly [string, string])[]): void {
    this.events.push('end');
    this.trailers = trailers;
    this.#settle();
  }

  error(error: UpstreamError): void {
    this.events.push('error');
    this.failure = error;
    this.#settle();
  }
}
