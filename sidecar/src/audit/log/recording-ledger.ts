import type { Decision } from '../../exchange/index.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { JsonObject } from '../record/canonical.ts';
import type { Commitments } from '../record/commitment.ts';
import type { Digests } from '../record/digests.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Committer } from './committer.ts';
import type { Floor } from './floor.ts';
import type { AuditLog } from './audit-log.ts';
import type { Retention } from './retention.ts';
import type { Recorded } from '../record/record.ts';
import { sealTermsMember, type SealTerms } from '../record/sealer.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { Spool } from './spool.ts';
import { AuditUnavailable } from './unavailable.ts';

export interface LedgerParts {
  readonly origin: string;
  readonly key: string;
  readonly commitments: Commitments | null;
  readonly digests: Digests | null;
  readonly committer: Committer;
  readonly heads: SignedHeads;
  /** Null without a folder. */
  readonly spool: Spool | null;
  /** A required sink is too far behind. */
  readonly overdue: () => boolean;
  /** Null without a disk. */
  readonly floor: Floor | null;
  /** Null without a disk. */
  readonly retention: Retention | null;
  /** Null if the clock is not monitored. */
  readonly watch: ClockWatch | null;
  readonly limits: { readonly heartbeatMs: number; readonly closeMs: number };
  readonly telemetry: Pick<Telemetry, 'auditLag' | 'auditError'>;
  /** Told of each decision that was made; `seq`: number of its line, null: it has none. */
  readonly decided: ((decision: Decision, seq: number | null) => void) | undefined;
}

/** Records decisions, or refuses those that cannot be made durable. */
export class RecordingLedger implements AuditLog {
  readonly origin: string;
  readonly key: string;
  readonly commitments: Commitments | null;
  readonly digests: Digests | null;
  readonly spool: Spool | null;
  readonly heads: SignedHeads;
  readonly #parts: LedgerParts;
  readonly #heartbeat: NodeJS.Timeout;
  #records = 0;
  /** Decisions without a record, which policy allows. */
  #lost = 0;
  #closed: Promise<void> | null = null;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.origin = parts.origin;
    this.key = parts.key;
    this.commitments = parts.commitments;
    this.digests = parts.digests;
    this.spool = parts.spool;
    this.heads = parts.heads;
    this.#heartbeat = setInterval(() => {
      parts.floor?.poll();
      parts.retention?.poll();
      parts.watch?.look();
      parts.committer.event('heartbeat', this.#counts());
    }, parts.limits.heartbeatMs).unref();
  }

  record<T>(subject: T, decision: Decision, required: boolean): Promise<Recorded<T>> {
    // The only place that mints the brand: the value is durable, or policy does not require that.
    const recorded = subject as Recorded<T>;
    try {
      this.#admit(decision);
      this.#parts.watch?.look();
      if (required) {
        const durable = this.#parts.committer.commit(decision);
        this.#records += 1;
        this.#parts.decided?.(decision, this.#parts.committer.lastSeq);
        return durable.then(
          () => recorded,
          (fault: unknown) => {
            this.#parts.telemetry.auditError();
            throw fault;
          },
        );
      }
      this.#parts.committer.enqueue(decision);
      this.#records += 1;
      this.#parts.decided?.(decision, this.#parts.committer.lastSeq);
    } catch (fault) {
      this.#parts.telemetry.auditError();
      if (required || !(fault instanceof AuditUnavailable))
        return Promise.reject(fault instanceof Error ? fault : new AuditUnavailable('broken', fault));
      this.#lost += 1;
      this.#parts.decided?.(decision, null);
    }
    return Promise.resolve(recorded);
  }

  healthy(): boolean {
    return this.#closed === null && this.#parts.committer.fault === null && this.#parts.floor?.low !== true;
  }

  isBacklogged(): boolean {
    return this.#parts.overdue();
  }

  async append(kind: string, fields: JsonObject): Promise<void> {
    if (this.#closed !== null) throw new AuditUnavailable('closed');
    const { floor, committer } = this.#parts;
    floor?.poll();
    if (floor?.low === true) throw new AuditUnavailable('disk_low');
    await committer.commitEvent(kind, fields);
  }

  policyChanged(policy: NonNullable<Decision['policy']>, sealing: SealTerms | null): void {
    if (this.#closed !== null) return;
    this.#parts.committer.event('policy', { policy: { ...policy }, ...sealTermsMember(sealing) });
  }

  close(): Promise<void> {
    this.#closed ??= this.#seal();
    return this.#closed;
  }

  /** Below the floor no exchange may start; refusals and ends are recorded while there is space. */
  #admit(decision: Decision): void {
    if (this.#closed !== null) throw new AuditUnavailable('closed');
    const { floor } = this.#parts;
    if (floor?.low !== true) return;
    floor.poll();
    if (decision.verdict !== 'block' && decision.kind !== 'close') throw new AuditUnavailable('disk_low');
  }

  #counts(): { readonly lost: number; readonly records: number } {
    return { lost: this.#lost, records: this.#records };
  }

  async #seal(): Promise<void> {
    const { committer, heads, limits, floor, retention } = this.#parts;
    clearInterval(this.#heartbeat);
    floor?.stop();
    // A line about a pruned file must not follow the seal.
    if (retention !== null) await within(limits.closeMs, retention.stop());
    const seal = committer.seal(this.#counts());
    if (seal !== null) heads.sealed(seal);
    await within(limits.closeMs, committer.settle());
    await committer.close();
  }
}

/** A hanging disk must not block the shutdown; its fault was reported when it happened, so here it only ends the wait. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
