import type { FoundDialect } from '../dialects/index.ts';
import type { ReplyHead, Transfer } from '../forward/upstream.ts';
import type { Asked } from './reply-sink.ts';
import type { Session } from './session.ts';

/** What both ways of inspecting a reply, whole and streamed, start from. */
export interface ReplyContext {
  readonly session: Session;
  readonly found: FoundDialect;
  readonly asked: Asked;
  readonly head: ReplyHead;
  readonly transfer: Transfer;
  /** When the request was handed to the upstream; `boundary.now()` time. */
  readonly sentMs: number;
}
