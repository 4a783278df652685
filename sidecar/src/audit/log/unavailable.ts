/** Why a record cannot be made durable. `broken` is permanent for the process; the others may pass. */
export type AuditFault = 'broken' | 'closed' | 'full' | 'slow' | 'disk_low' | 'unsealed';

const texts: Readonly<Record<AuditFault, string>> = {
  broken: 'a write to the audit log failed; repair the disk and restart the sidecar',
  closed: 'the audit log is closed because the sidecar is stopping',
  full: 'too many records are waiting for the disk of the audit log',
  slow: 'the disk of the audit log took too long to make a record durable',
  unsealed: 'a body that audit.content seals could not be kept',
  disk_low: 'the disk of the audit log is nearly full; free space or enlarge the volume',
};

/** The record is not durable, so its exchange must not proceed. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
  readonly fault: AuditFault;

  constructor(fault: AuditFault, cause?: unknown) {
    super(texts[fault], cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}
