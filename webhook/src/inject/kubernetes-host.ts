import { setEnv } from '../capture/takeover/settings.ts';
import { CONTAINERS } from '../pod/names.ts';
import type { Container, Pod } from '../pod/pod.ts';

const VARIABLE = 'KUBERNETES_SERVICE_HOST';
const OWN: ReadonlySet<string> = new Set(Object.values(CONTAINERS));

/**
 * Clients of the Kubernetes API dial the address in this variable, and TLS to an address has no server name for redirect to judge. With the
 * name in its place they send one, and `action.hosts: ["kubernetes.default.svc"]` allows it. A value set by the author is kept.
 */
export function nameKubernetes(pod: Pod): Pod {
  const named = (container: Container): Container => {
    const written = (container.env ?? []).some(({ name }) => name === VARIABLE);
    return written || OWN.has(container.name)
      ? container
      : setEnv(container, VARIABLE, 'kubernetes.default.svc');
  };
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(named),
      ...(initContainers ? { initContainers: initContainers.map(named) } : {}),
    },
  };
}
