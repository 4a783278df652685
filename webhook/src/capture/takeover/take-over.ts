import type { ModelContainer } from '../../pod/model-container.ts';
import { ANNOTATIONS } from '../../pod/names.ts';
import type { Container, Pod } from '../../pod/pod.ts';
import type { ModelPorts } from '../../pod/ports.ts';
import { refuse } from '../../pod/refusals.ts';
import { spreadsModel } from '../several-pods.ts';
import { customListen } from './custom-listen.ts';
import { moveServer } from './move.ts';
import { knownServer, type KnownServer } from './server.ts';

export interface TakenOver {
  readonly pod: Pod;
  readonly guarded: readonly number[];
  readonly hidden: readonly number[];
  /** Ports of the server that clients still reach past the sidecar. */
  readonly reachable: readonly number[];
  /** The server has listeners between the pods of one model, which stay open. */
  readonly betweenPods: boolean;
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

function reachableWarnings(reachable: readonly number[], guarded: readonly number[]): readonly string[] {
  if (reachable.length === 0) return [];
  return [
    `the server may listen on all addresses: port ${reachable.join(', ')} of the pod is open past the sidecar; admit only ${guarded.join(', ')} with a NetworkPolicy`,
  ];
}

function betweenPodsWarning({ name }: Container): string {
  return `container ${name} serves one model from several pods: the ports between them are open past the sidecar; admit only these pods there with a NetworkPolicy`;
}

function adviceWarnings({ adapter }: KnownServer, { env }: Container): readonly string[] {
  const { advice } = adapter;
  if (advice === undefined || (env ?? []).some(({ name }) => name === advice.unless)) return [];
  return [`${advice.text}, which takeover changes: set ${advice.unless}`];
}

/** The server whose address is to be set. @throws InjectionRefused if it, or its port, is not known */
function serverOf(
  container: Container,
  { source, guarded }: ModelPorts,
  listen: ReturnType<typeof customListen>,
  path: string,
): KnownServer {
  const server = knownServer(container, listen, path, guarded[0] ?? 0);
  const isUnknown = server === null ? source === 'undeclared' : listen !== null && guarded.length === 0;
  if (isUnknown) return refuse('ports_unknown', `${path}.ports`);
  return server ?? refuse('capture_impossible', path);
}

/** Moves the model server to loopback, so that the sidecar can bind its ports. @throws InjectionRefused if that is impossible */
export function takeOver(pod: Pod, model: ModelContainer, ports: ModelPorts): TakenOver {
  const path = `spec.containers[${model.index}]`;
  const listen = customListen(pod.metadata?.annotations?.[ANNOTATIONS.listen]);
  if (ports.source === 'annotated' && ports.guarded.length === 0 && ports.closed.length === 0) {
    const warnings = ['model-ports is "none": ports that the container nevertheless opens are not guarded'];
    return { pod, guarded: [], hidden: [], reachable: [], betweenPods: false, warnings, adapter: null };
  }
  const server = serverOf(model.container, ports, listen, path);
  const asked = pod.metadata?.annotations?.[ANNOTATIONS.capture] === 'takeover';
  const moved = moveServer(server, model.container, ports, path, asked);
  const { guarded, hidden, reachable } = moved;
  if (reachable.length > 0 && listen === null && !asked) {
    refuse('port_reachable', path, `Server ${server.adapter.name}, port ${reachable.join(', ')}.`);
  }
  const betweenPods = server.adapter.serves === 'model' && spreadsModel(model.container) !== null;
  const containers = pod.spec.containers.map((each, index) =>
    index === model.index ? moved.container : each,
  );
  return {
    pod: admitLowPorts({ ...pod, spec: { ...pod.spec, containers } }, guarded),
    guarded,
    hidden,
    reachable,
    betweenPods,
    warnings: [
      ...reachableWarnings(reachable, guarded),
      ...(betweenPods ? [betweenPodsWarning(model.container)] : []),
      ...adviceWarnings(server, model.container),
    ],
    adapter: server.adapter.name,
  };
}
