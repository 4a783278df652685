import type { IncomingHttpHeaders } from 'node:http';

import type { Decision, Direction, Hit, Judgement } from '../../exchange/index.ts';
import type { Headers } from '../inspect/inspector.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Target } from './target.ts';

/** What is known of an exchange before anything of it is read. */
export interface ShadowedRequest {
  readonly id: string;
  readonly method: string;
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  /** The client's address. */
  readonly caller: string;
  /** The policy that decides. */
  readonly live: CompiledPolicy | null;
}

/**
 * Is told what an exchange was, for a policy that is judged without effect. No method throws, waits, returns anything, or changes what it
 * is given.
 */
export interface ShadowTap {
  /** The decoded body of the request; null: it has none. Not called where the body was not read. */
  request(body: Buffer | null): void;
  /** A decision of the live policy. */
  decided(decision: Decision): void;
  /** The head of a reply that is inspected. `type`: in lower case, without parameters. */
  replied(status: number, type: string, headers: Headers): void;
  /** A decoded piece of that reply, in order. */
  piece(chunk: Buffer): void;
  /** All of it came. */
  complete(): void;
  /** `tokens`: what it counts under the limits. */
  ended(outcome: NonNullable<Decision['outcome']>, tokens: number): void;
}

/** What a policy makes of a connection that is not inspected, by its beginning. */
export interface ConnectionOpinion extends Judgement {
  readonly control: 'ingress' | 'action';
  readonly hits: readonly Hit[];
}

/** Judges a connection under another policy, without effect. `unread`: that depends on bytes that were not read. */
export type JudgeUnder = (policy: CompiledPolicy) => Promise<ConnectionOpinion | 'unread'>;

/** A connection that is not inspected (TLS, raw TCP, WebSocket), once the live policy has decided. */
export interface ShadowedConnection {
  readonly id: string;
  readonly direction: Direction;
  readonly live: Omit<ConnectionOpinion, 'hits'>;
  readonly judgeUnder: JudgeUnder;
}

/** Where exchanges are judged a second time. */
export interface Shadowing {
  /** Null where no shadow is configured. */
  begin(request: ShadowedRequest): ShadowTap | null;
  /** Does not throw or wait. */
  connection(connection: ShadowedConnection): void;
}
