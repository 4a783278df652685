import { isQuantity, mebibytes } from './quantity.ts';

/** The volume of the sidecar's record. */
export interface AuditVolume {
  /**
   * `disk`: an `emptyDir` of the node, deleted with the pod. `memory`: an `emptyDir` in memory, which counts as the sidecar's. `claim`: a
   * generic ephemeral volume, which outlives the pod if the storage class retains volumes.
   */
  readonly kind: 'disk' | 'memory' | 'claim';
  /** A Kubernetes quantity of at least 64Mi. */
  readonly size: string;
  /** Storage class of a claim; null: the cluster's default. */
  readonly storageClass: string | null;
}

/** The sidecar keeps 16 MiB free and files of an eighth of its limit. */
const MIN_MEBIBYTES = 64;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** The form that {@link parseAuditVolume} reads, for messages. */
export const AUDIT_VOLUME_FORM =
  'SIZE, SIZE/memory, SIZE/claim or SIZE/claim/STORAGECLASS, with a size of at least 64Mi, such as 512Mi or 5Gi/claim';

/** Null: not {@link AUDIT_VOLUME_FORM}. */
export function parseAuditVolume(text: string): AuditVolume | null {
  const [size = '', kind = 'disk', storageClass = null, ...more] = text.split('/');
  if (more.length > 0 || !isQuantity(size) || mebibytes(size) < MIN_MEBIBYTES) return null;
  if (kind !== 'disk' && kind !== 'memory' && kind !== 'claim') return null;
  if (storageClass !== null && (kind !== 'claim' || !NAME.test(storageClass))) return null;
  return { kind, size, storageClass };
}

/**
 * The size limit of the record, in MiB: an eighth stays free, since the kubelet evicts a pod whose `emptyDir` exceeds its size, and
 * measures once a minute only.
 */
export function auditLimitMebibytes({ size }: AuditVolume): number {
  return Math.floor((mebibytes(size) * 7) / 8);
}
