import type { ReplyHead, Transfer } from '../../forward/upstream.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import type { ReplyInspector } from '../inspect/inspector.ts';

/** A reply that has begun, with all that either way of taking it needs: whole or streamed. */
export interface StartedReply {
  readonly exchange: HttpExchange;
  readonly inspector: ReplyInspector;
  readonly head: ReplyHead;
  /** The media type, in lower case, without parameters; empty where there is none. */
  readonly type: string;
  readonly transfer: Transfer;
  /** When the request was handed to the upstream; `boundary.now()` time. */
  readonly sentMs: number;
}
