import { CONTAINERS, publishedName, VOLUMES, type Pod, type PolicyMode } from '../inject/index.ts';

/** An effective policy that some pod mounts or will mount. */
export interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly mode: PolicyMode | null;
}

const MODES: readonly (PolicyMode | null)[] = [null, 'observe', 'enforce'];

/** Parses {@link publishedName}. Null: not a name of a published policy. */
export function parsePublishedName(configMap: string): Omit<Wanted, 'namespace'> | null {
  for (const mode of MODES) {
    const prefix = publishedName('', mode);
    if (configMap.startsWith(prefix) && configMap.length > prefix.length) {
      return { name: configMap.slice(prefix.length), mode };
    }
  }
  return null;
}

/** The policy that the sidecar of a pod mounts; null: the pod has no sidecar, or has ended. */
export function mountedBy(pod: Pod, phase: string | null): Wanted | null {
  if (phase === 'Succeeded' || phase === 'Failed') return null;
  if (!(pod.spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar)) return null;
  const volume = (pod.spec.volumes ?? []).find(({ name }) => name === VOLUMES.policy)?.['configMap'];
  const map = typeof volume === 'object' && volume !== null && 'name' in volume ? volume.name : null;
  const parsed = typeof map === 'string' ? parsePublishedName(map) : null;
  return parsed === null ? null : { ...parsed, namespace: pod.metadata?.namespace ?? '' };
}
