import type { Decision } from '../../exchange/index.ts';
import type { JsonObject } from '../record/canonical.ts';
import type { Commitments } from '../record/commitment.ts';
import type { Digests } from '../record/digests.ts';
import type { Ledger } from '../record/record.ts';
import type { SealTerms } from '../record/sealer.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { Spool } from './spool.ts';

/** The ledger of one process and its public properties. */
export interface AuditLog extends Ledger {
  readonly origin: string;
  /** The C2SP verifier key. Known from here and not from the log itself, it distinguishes this log from a forgery. */
  readonly key: string;
  /** Null without a folder for the key, since no commitment could be opened. */
  readonly commitments: Commitments | null;
  /** Of arguments; null where there is no key. */
  readonly digests: Digests | null;
  /** The files of the record, for shipping. Null without a folder. */
  readonly spool: Spool | null;
  /** Signed heads, for the anchor. */
  readonly heads: SignedHeads;
  /** Adds a line that is not a decision. Resolves when it is durable. @throws AuditUnavailable */
  append(kind: string, fields: JsonObject): Promise<void>;
  /** Records a change of policy and the terms on which it keeps bodies. */
  policyChanged(policy: NonNullable<Decision['policy']>, sealing: SealTerms | null): void;
}
