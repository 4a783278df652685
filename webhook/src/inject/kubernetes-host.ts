import { setEnv } from '../capture/takeover/settings.ts';
import { CONTAINERS } from '../pod/names.ts';
import type { Container, Pod } from '../pod/pod.ts';

const VARIABLE = 'KUBERNETES_SERVICE_HOST';
const OWN: ReadonlySet<string> = new Set(Object.values(CONTAINERS));

/**
 * Clients of the Kubernetes API dial the address that the kubelet puts into this variable, and TLS to an address names no server: redirect
 * could not judge it. With the name in its place they do, and `action.hosts: ["kubernetes.default.svc"]` allows it. What the author set stays.
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
