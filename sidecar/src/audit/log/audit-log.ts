import type { Decision } from '../../exchange/index.ts';
import type { JsonObject } from '../record/canonical.ts';
import type { Commitments } from '../record/commitment.ts';
import type { Ledger } from '../record/record.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { Spool } from './spool.ts';

/** The ledger of one process and what the outside may know about it. */
export interface AuditLog extends Ledger {
  readonly origin: string;
  /** The C2SP verifier key. Whoever learns it from here and not from the log itself can tell a forged log from this one. */
  readonly key: string;
  /** Null where no key can be kept, so that no commitment could ever be opened. */
  readonly commitments: Commitments | null;
  /** The files of the record, for whoever sends them on. Null where there is no folder. */
  readonly spool: Spool | null;
  /** For whoever tells the outside how long the log is. */
  readonly heads: SignedHeads;
  /** Adds a line of one of the kinds that are no decisions. Resolves when it is durable. @throws AuditUnavailable */
  append(kind: string, fields: JsonObject): Promise<void>;
  /** Puts a change of policy on the record. */
  policyChanged(policy: NonNullable<Decision['policy']>): void;
}
