import type { AuditVolume } from '../../pod/audit-volume.ts';
import type { InjectConfig } from '../../pod/config.ts';
import { without, type Container, type Pod, type Resources } from '../../pod/pod.ts';
import type { InjectPolicy } from '../../pod/policy.ts';
import { mebibytes } from '../../pod/quantity.ts';
import { auditVolume } from './volumes.ts';

const NAMES = ['cpu', 'memory'] as const;
const STORAGE = 'ephemeral-storage';

/** For standard output beside a record on the node's disk: the kubelet rotates it at 50 MiB by default. */
const OUTPUT_MEBIBYTES = 128;

/** Requests default to limits in the API, so a container with equal or only limits counts. */
function isGuaranteedContainer({ resources }: Container): boolean {
  return NAMES.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    return limit !== undefined && String(limit) === String(request);
  });
}

/** True where every container of the pod has CPU and memory limits equal to its requests (quality of service "Guaranteed"). */
function isGuaranteed(pod: Pod): boolean {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].every(isGuaranteedContainer);
}

/** CPU and memory that the pod has as a whole (`spec.resources`): containers share that budget. */
function pooled({ spec }: Pod): readonly ('cpu' | 'memory')[] {
  return NAMES.filter(
    (name) => (spec.resources?.requests?.[name] ?? spec.resources?.limits?.[name]) !== undefined,
  );
}

/**
 * The kubelet adds up the containers' limits of `ephemeral-storage` and holds the whole pod to the sum, containers without a limit
 * included: a limit on ours alone would evict a model that keeps its weights in an `emptyDir`.
 */
function unlimited({ spec }: Pod): readonly string[] {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return all.every(({ resources }) => resources?.limits?.[STORAGE] !== undefined) ? [] : [STORAGE];
}

/**
 * Resources of an injected container in this pod. They must not cost a Guaranteed pod its class. If the pod has its own budget, ours
 * requests none of it: the API rejects containers that together request more than their pod.
 */
export function resourcesIn(pod: Pod): (wanted: Resources) => Resources {
  const [guaranteed, shared] = [isGuaranteed(pod), pooled(pod)];
  return ({ requests, limits }) => ({
    limits: without({ ...limits }, ...shared, ...unlimited(pod)),
    requests: without({ ...requests, ...(guaranteed ? without({ ...limits }, STORAGE) : {}) }, ...shared),
  });
}

/** For the admission response. */
export function budgetWarnings(pod: Pod): readonly string[] {
  const shared = pooled(pod);
  return shared.length === 0
    ? []
    : [
        `spec.resources sets one budget for the whole pod of ${shared.join(' and ')}, which the sidecar shares`,
      ];
}

/** Adds the record's volume: memory counts as that of the container that writes it. */
function withVolume({ requests, limits }: Resources, { kind, size }: AuditVolume): Resources {
  const output = kind === 'disk' ? mebibytes(size) + OUTPUT_MEBIBYTES : OUTPUT_MEBIBYTES;
  const memory = mebibytes(String(limits?.['memory'])) + mebibytes(size);
  return {
    requests,
    limits: {
      [STORAGE]: `${output}Mi`,
      ...limits,
      ...(kind === 'memory' ? { memory: `${memory}Mi` } : {}),
    },
  };
}

/** From the policy if it sets them, else from the installation. */
export function sidecarResources(policy: InjectPolicy, config: InjectConfig): Resources {
  const { resources } = policy;
  const { requests, limits } = config.sidecarResources;
  const own = (at: 'request' | 'limit'): Record<string, string> =>
    Object.fromEntries(
      NAMES.flatMap((name) => {
        const amount = resources[name]?.[at];
        return amount === undefined ? [] : [[name, amount]];
      }),
    );
  return withVolume(
    { requests: { ...requests, ...own('request') }, limits: { ...limits, ...own('limit') } },
    auditVolume(policy, config),
  );
}
