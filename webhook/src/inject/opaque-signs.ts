import { spreadsModel } from '../capture/several-pods.ts';
import type { Container, ContainerPort, Pod } from '../pod/pod.ts';
import type { InjectPolicy } from '../pod/policy.ts';
import { serversNamedBy, TCP_PORTS, unreadConnections, type TcpServer } from './tcp-servers.ts';

const PORT_NAME = /^(?:amqp|gcs|kafka|mongo|mysql|nats|nccl|nixl|postgres|redis|ucx|zmq)(?:-|$|server|ql)/;
const IMAGE =
  /(?:^|\/)(redis|valkey|postgres|pgvector|mysql|mariadb|mongo|kafka|nats|rabbitmq|memcached|etcd)(?:[:@-]|$)/;
/** KubeRay starts Ray in this image, and `ray start` is not in the pod template. */
const RAY_IMAGE = /(?:^|\/)ray(?:-llm|-ml)?[:@]/;

function nameOf({ name, containerPort }: ContainerPort, image: string): string | null {
  if (PORT_NAME.test((name ?? '').toLowerCase())) return name ?? null;
  return TCP_PORTS.get(containerPort) ?? IMAGE.exec(image)?.[1] ?? null;
}

function portWarnings(container: Container, guarded: readonly number[]): readonly string[] {
  return (container.ports ?? []).flatMap((port) => {
    const known = guarded.includes(port.containerPort) ? nameOf(port, container.image ?? '') : null;
    return known === null
      ? []
      : [
          `port ${port.containerPort} of container ${container.name} is inspected as HTTP but looks like ${known}: list ${port.containerPort} in endpoints.tcp of the policy if it is not HTTP`,
        ];
  });
}

function unreadWarnings({ name, env }: Container, { tcpServers }: InjectPolicy): readonly string[] {
  const unread = unreadConnections(env ?? []);
  if (unread.length === 0 || tcpServers.length > 0) return [];
  return [
    `variable ${unread.join(', ')} of container ${name} is not in the pod: if it names a database or a broker, list that server in action.tcp of the policy, for it is refused otherwise`,
  ];
}

function serverWarnings({ name, env }: Container, { tcpServers }: InjectPolicy): readonly string[] {
  const isListed = ({ host, port }: TcpServer): boolean =>
    tcpServers.some((each) => each.host === host && each.first <= port && port <= each.last);
  return serversNamedBy(env ?? [])
    .filter((server) => !isListed(server))
    .map(
      ({ variable, host, port }) =>
        `variable ${variable} of container ${name} names ${host}:${port}, which is not HTTP/1.1 and is refused: list it in action.tcp of the policy: { host: "${host}", port: ${port} }`,
    );
}

function severalPods(container: Container): readonly string[] {
  const { name, image, env } = container;
  const spread =
    spreadsModel(container) !== null ||
    RAY_IMAGE.test(image ?? '') ||
    (env ?? []).some((each) => each.name === 'LWS_LEADER_ADDRESS');
  return spread
    ? [
        `container ${name} serves one model from several pods: give Ray, torch.distributed and NIXL fixed ports, list them in endpoints.tcp, and the other pods with these ports in action.tcp`,
      ]
    : [];
}

/** Warnings about captured ports that are known not to be HTTP, with the key and the entry that would allow them. */
export function opaqueWarnings(
  { spec }: Pod,
  policy: InjectPolicy,
  guarded: readonly number[],
): readonly string[] {
  return [
    ...new Set(
      [...spec.containers, ...(spec.initContainers ?? [])].flatMap((container) => [
        ...portWarnings(container, guarded),
        ...serverWarnings(container, policy),
        ...unreadWarnings(container, policy),
        ...severalPods(container),
      ]),
    ),
  ];
}
