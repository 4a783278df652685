import type { ModelContainer } from '../../pod/model-container.ts';
import { ANNOTATIONS } from '../../pod/names.ts';
import type { Pod } from '../../pod/pod.ts';
import type { ModelPorts } from '../../pod/ports.ts';
import { refuse } from '../../pod/refusals.ts';
import { customListen } from './custom-listen.ts';
import { moveServer } from './move.ts';
import { knownServer } from './server.ts';

export interface TakenOver {
  readonly pod: Pod;
  readonly guarded: readonly number[];
  readonly hidden: readonly number[];
  readonly warnings: readonly string[];
  /** Null: the container serves no port. */
  readonly adapter: string | null;
}

const SYSCTL = 'net.ipv4.ip_unprivileged_port_start';

/** The sidecar has no capability to bind low ports; this sysctl is in every Pod Security level's safe set. */
function admitLowPorts(pod: Pod, guarded: readonly number[]): Pod {
  if (!guarded.some((port) => port < 1024)) return pod;
  const found = pod.spec.securityContext?.['sysctls'];
  const sysctls: unknown[] = Array.isArray(found) ? found : [];
  const isSet = sysctls.some(
    (each) => typeof each === 'object' && each !== null && 'name' in each && each.name === SYSCTL,
  );
  if (isSet) return pod;
  const securityContext = {
    ...pod.spec.securityContext,
    sysctls: [...sysctls, { name: SYSCTL, value: '0' }],
  };
  return { ...pod, spec: { ...pod.spec, securityContext } };
}

/** Moves the model server to loopback, so that the sidecar can bind its ports. @throws InjectionRefused if that is impossible */
export function takeOver(pod: Pod, model: ModelContainer, ports: ModelPorts): TakenOver {
  const path = `spec.containers[${model.index}]`;
  const listen = customListen(pod.metadata?.annotations?.[ANNOTATIONS.listen]);
  if (ports.source === 'annotated' && ports.guarded.length === 0 && ports.closed.length === 0) {
    const warnings = ['model-ports is "none": ports that the container nevertheless opens are not guarded'];
    return { pod, guarded: [], hidden: [], warnings, adapter: null };
  }
  const server = knownServer(model.container, listen, path, ports.guarded[0] ?? 0);
  if (server === null) {
    return ports.source === 'undeclared'
      ? refuse('ports_unknown', `${path}.ports`)
      : refuse('capture_impossible', path);
  }
  if (listen !== null && ports.guarded.length === 0) return refuse('ports_unknown', `${path}.ports`);
  const { container, guarded, hidden } = moveServer(server, model.container, ports, path);
  const containers = pod.spec.containers.map((each, index) => (index === model.index ? container : each));
  return {
    pod: admitLowPorts({ ...pod, spec: { ...pod.spec, containers } }, guarded),
    guarded,
    hidden,
    warnings: [],
    adapter: server.adapter.name,
  };
}
