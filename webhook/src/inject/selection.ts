import type { InjectConfig } from '../pod/config.ts';
import { ANNOTATIONS, LABELS } from '../pod/names.ts';
import type { Namespace, Pod } from '../pod/pod.ts';

export type SkipReason = 'not_labelled' | 'system_namespace' | 'mirror_pod';

export type Selection =
  | {
      readonly kind: 'selected';
      readonly by: 'namespace' | 'pod';
      /** The pod's label asks for no injection and is ignored. */
      readonly optOutIgnored: boolean;
    }
  | { readonly kind: 'skip'; readonly reason: SkipReason };

/**
 * A mirror pod is the API's representation of a static pod that is already running. The annotation alone proves nothing, since anyone can
 * set it; the kubelet also sets node name and owner, and a forged one never runs, because the kubelet deletes it as an orphan.
 */
function isMirror(pod: Pod): boolean {
  return (
    pod.metadata?.annotations?.[ANNOTATIONS.mirror] !== undefined &&
    (pod.spec.nodeName ?? '') !== '' &&
    (pod.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'Node')
  );
}

/** Pod labels may opt in and never out. Decided by labels alone, never by the client's identity. */
export function select(pod: Pod, namespace: Namespace, config: InjectConfig): Selection {
  if (config.systemNamespaces.includes(namespace.metadata.name))
    return { kind: 'skip', reason: 'system_namespace' };
  const podLabel = pod.metadata?.labels?.[LABELS.inject];
  const byNamespace = namespace.metadata.labels?.[LABELS.inject] === 'true';
  if (!byNamespace && podLabel !== 'true') return { kind: 'skip', reason: 'not_labelled' };
  if (isMirror(pod)) return { kind: 'skip', reason: 'mirror_pod' };
  return {
    kind: 'selected',
    by: byNamespace ? 'namespace' : 'pod',
    optOutIgnored: byNamespace && podLabel !== undefined && podLabel !== 'true',
  };
}
