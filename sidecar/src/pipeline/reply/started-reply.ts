import type { ReplyHead, Transfer } from '../../forward/transfer.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import type { AskedAgain, ReplyInspector } from '../inspect/inspector.ts';

/** A reply whose head arrived, with everything that whole and streamed handling need. */
export interface StartedReply {
  readonly exchange: HttpExchange;
  readonly inspector: ReplyInspector;
  readonly head: ReplyHead;
  /** The media type, in lower case, without parameters; empty if absent. */
  readonly type: string;
  readonly transfer: Transfer;
  /** Sends another request for the same reply, whose reply then takes the place of this one. `withhold`: no such reply came. */
  readonly askAgain: (again: AskedAgain, withhold: () => void) => void;
  /** When the request was sent to the upstream; `boundary.now()` time. */
  readonly sentMs: number;
}
