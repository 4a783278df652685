import type { Decision } from '../../exchange/index.ts';

declare const recorded: unique symbol;
/** Proof that a decision about `T` is durable. Only the ledger mints it. */
export type Recorded<T> = T & { readonly [recorded]: true };

/** The append-only record. One per process; owns its file. */
export interface Ledger {
  /**
   * Resolves when the decision is durable (or, where policy does not require audit, when it is queued).
   * @throws AuditUnavailable when it cannot be made durable; nothing may go on then.
   */
  record<T>(subject: T, decision: Decision, required: boolean): Promise<Recorded<T>>;
  /** False after a write error: the sidecar is not ready any more. */
  healthy(): boolean;
  /** True while a sink that policy requires has not taken the record for too long: nothing new may begin then. Cheap. */
  isBacklogged(): boolean;
  /** Flushes and closes; idempotent. */
  close(): Promise<void>;
}
