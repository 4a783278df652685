import type { Pod } from '../../pod/pod.ts';

/** The API's default for `terminationGracePeriodSeconds`. */
const DEFAULT_GRACE_S = 30;
/** Reserved for the record's last line and for the end of the process. */
const REST_S = 5;
/** The sidecar's maximum. */
const MAX_S = 3600;

/**
 * The sidecar's grace period for exchanges after SIGTERM. The kubelet counts one grace period for the whole pod and kills at its end, which
 * would cut exchanges without a record.
 */
export function drainSeconds({ spec }: Pod): number {
  const grace = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S;
  const drain = grace >= 2 * REST_S ? grace - REST_S : Math.floor(grace / 2);
  return Math.min(Math.max(drain, 0), MAX_S);
}
