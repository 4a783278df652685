import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger, type LedgerOptions } from '../../log/ledger.ts';
import type { AuditLog } from '../../log/audit-log.ts';
import { identityFrom, type Identity } from '../../record/identity.ts';
import type { Spool } from '../../log/spool.ts';

export const IDENTITY: Identity = identityFrom(
  { LLM_BOUNDARY_POD_NAME: 'agent-0', LLM_BOUNDARY_POD_NAMESPACE: 'ml', LLM_BOUNDARY_POD_UID: 'uid-1' },
  'host',
);

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ship-'));
}

/** A log in `dir`, with files that end after `fileBytes`. */
export function openLog(dir: string, changes: Partial<LedgerOptions> = {}): Promise<AuditLog> {
  return createLedger({
    dir,
    identity: IDENTITY,
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    ...changes,
    limits: { waitMs: 30_000, ...changes.limits },
  });
}

export function spoolOf(log: AuditLog): Spool {
  if (log.spool === null) throw new Error('the log has no folder');
  return log.spool;
}
