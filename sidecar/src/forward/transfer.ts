import type { Peer } from '../exchange/index.ts';
import type { InterimReply } from './interim.ts';
import type { UpstreamError } from './upstream-error.ts';

export interface ReplyHead {
  readonly status: number;
  /** The reason phrase, as latin1; empty if absent. */
  readonly reason: string;
  /** As received, repeated names included; names in lower case, values as latin1. Includes hop-by-hop headers. */
  readonly headers: readonly (readonly [string, string])[];
  /** The same, with names as written. */
  readonly rawHeaders: readonly (readonly [string, string])[];
}

/**
 * Receives one reply: `head`, any number of `data`, then `end` or `error`. Nothing follows `error` or `abort()`. A sink whose `head` or
 * `data` throws aborts the transfer and gets `error`.
 */
export interface ReplySink {
  /** The connected address; called before the request is written, again if it is written again. Default: none. */
  connected?(peer: Peer): void;
  /** Informational replies (1xx), before `head`. Default: dropped. */
  interim?(reply: InterimReply): void;
  head(head: ReplyHead): void;
  /** False: no more data until `Transfer.resume`. The sink owns the chunk. */
  data(chunk: Buffer): boolean;
  end(trailers: readonly (readonly [string, string])[]): void;
  error(error: UpstreamError): void;
}

export interface Transfer {
  /** Resumes after `data` returned false; no effect otherwise. */
  resume(): void;
  /** Cuts the connection at once; the sink is not called again. Idempotent, no effect after the end. */
  abort(): void;
}
