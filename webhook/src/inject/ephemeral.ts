import { CONTAINERS, ANNOTATIONS } from '../pod/names.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { InjectionRefused, refuse, type Refusal, type RefusalCode } from '../pod/refusals.ts';
import { checkUser, hardenContainer } from './security.ts';
import { parseStatus } from './status.ts';
import { checkVolumes } from './container/volumes.ts';

export type Ephemeral =
  | { readonly kind: 'guarded'; readonly pod: Pod }
  /** The pod has no boundary. */
  | { readonly kind: 'skip' }
  | ({ readonly kind: 'refused' } & Refusal);

function hasSidecar(pod: Pod): boolean {
  return (pod.spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar);
}

/** Redirect leaves its init container in the pod; the status annotation is secondary evidence, and the stricter of the two counts. */
function isRedirect(pod: Pod): boolean {
  return (
    (pod.spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.netInit) ||
    parseStatus(pod.metadata?.annotations?.[ANNOTATIONS.status])?.capture === 'redirect'
  );
}

/** Refusals that a profile of `kubectl debug` causes. Its default, `general`, adds SYS_PTRACE. */
const BY_PROFILE: ReadonlySet<RefusalCode> = new Set([
  'capability_too_strong',
  'privilege_escalation',
  'privileged',
]);

function forDebugger(refusal: Refusal): Refusal {
  return BY_PROFILE.has(refusal.code)
    ? { ...refusal, fix: 'Use kubectl debug --profile=baseline, or --profile=restricted.' }
    : refusal;
}

function guard(pod: Pod, container: Container, field: string): Container {
  if (container.name.startsWith('llm-boundary-')) {
    refuse('impostor_container', field, `Container ${container.name}.`);
  }
  if (container['targetContainerName'] === CONTAINERS.sidecar) {
    refuse('targets_sidecar', `${field}.targetContainerName`);
  }
  checkUser(pod, container, `${field}.securityContext`);
  return isRedirect(pod) ? hardenContainer(pod, container, field) : container;
}

/**
 * Debug containers that join a guarded pod. Earlier ones stay unchanged, because the API does not allow changes. @param before number of
 * earlier ones
 */
export function guardEphemeral(pod: Pod, before: number): Ephemeral {
  if (!hasSidecar(pod)) return { kind: 'skip' };
  try {
    checkVolumes({ ...pod, spec: { ...pod.spec, volumes: [] } }, [], true);
    const ephemeralContainers = (pod.spec.ephemeralContainers ?? []).map((container, index) =>
      index < before ? container : guard(pod, container, `spec.ephemeralContainers[${index}]`),
    );
    return { kind: 'guarded', pod: { ...pod, spec: { ...pod.spec, ephemeralContainers } } };
  } catch (error) {
    if (error instanceof InjectionRefused) return { kind: 'refused', ...forDebugger(error.refusal) };
    throw error;
  }
}
