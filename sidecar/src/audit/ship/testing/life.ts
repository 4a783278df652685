import { createSecureContext } from 'node:tls';

import type { Decision } from '../../../exchange/index.ts';
import type { UnsentRecord } from '../../../telemetry/telemetry.ts';
import type { AuditLog } from '../../log/audit-log.ts';
import { sampleDecision } from '../../record/sample.ts';
import { CredentialSource } from '../credentials.ts';
import { SHIPPER_LIMITS } from '../shipper.ts';
import { Shipping, type ShippingOptions } from '../shipping.ts';
import { IDENTITY, openLog, spoolOf } from './lines.ts';

/** A log and what sends it, as one process has them. */
export interface ShippingLife {
  readonly log: AuditLog;
  readonly shipping: Shipping;
  readonly warnings: readonly string[];
  /** Results of exports, with the place. */
  readonly exported: readonly string[];
  readonly unsent: () => readonly UnsentRecord[];
}

/** Opens a log in `dir`, with files that end after `fileBytes`, and ships it without waiting between attempts. */
export async function shippingLife(
  dir: string,
  changes: Partial<ShippingOptions> = {},
  fileBytes = 64 * 1024,
): Promise<ShippingLife> {
  const log = await openLog(dir, { limits: { fileBytes } });
  const warnings: string[] = [];
  const exported: string[] = [];
  let unsent: () => readonly UnsentRecord[] = () => [];
  const shipping = new Shipping({
    spool: spoolOf(log),
    identity: IDENTITY,
    version: '0.0.0',
    credentials: new CredentialSource(null, {}),
    trust: createSecureContext(),
    // Long: a busy machine is no receiver that does not answer.
    timeoutMs: 60_000,
    lookup: null,
    output: null,
    telemetry: {
      recordUnsent: (read) => void (unsent = read),
      recordExported: (place, result) => void exported.push(`${place} ${result}`),
    },
    log: { warning: (text) => void warnings.push(text) },
    limits: { ...SHIPPER_LIMITS, lingerMs: 0, firstMs: 1, maxMs: 5, maxAskedMs: 5, drainPauseMs: 1 },
    ...changes,
  });
  return { log, shipping, warnings, exported, unsent: () => unsent() };
}

/** Records `count` exchanges, durably. */
export async function record(log: AuditLog, count: number, changes: Partial<Decision> = {}): Promise<void> {
  for (let index = 0; index < count; index += 1) await log.record(null, sampleDecision(changes), true);
}
