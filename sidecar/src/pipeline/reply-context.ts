import type { ActionContext } from '../controls/index.ts';
import type { FoundDialect } from '../dialects/index.ts';
import type { Prompt } from '../exchange/index.ts';
import type { ReplyHead, Transfer } from '../forward/upstream.ts';
import type { Session } from './session.ts';

/** What the reply is judged against. */
export interface Asked {
  readonly prompt: Prompt;
  readonly action: ActionContext;
}

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
