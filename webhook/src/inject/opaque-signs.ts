import type { Container, ContainerPort, Pod } from '../pod/pod.ts';
import type { InjectPolicy } from '../pod/policy.ts';

/** Ports of known protocols other than HTTP/1.1. */
const PORTS: ReadonlyMap<number, string> = new Map([
  [1433, 'SQL Server'],
  [2181, 'ZooKeeper'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [4222, 'NATS'],
  [5432, 'Postgres'],
  [5600, 'NIXL'],
  [5672, 'AMQP'],
  [6334, 'Qdrant over gRPC'],
  [6379, 'Redis or the GCS of Ray'],
  [6380, 'Redis over TLS'],
  [9092, 'Kafka'],
  [10001, 'the client port of Ray'],
  [11211, 'Memcached'],
  [19530, 'Milvus'],
  [27017, 'MongoDB'],
  [29500, 'torch.distributed'],
]);
const PORT_NAME = /^(?:amqp|gcs|kafka|mongo|mysql|nats|nccl|nixl|postgres|redis|ucx|zmq)(?:-|$|server|ql)/;
const IMAGE =
  /(?:^|\/)(redis|valkey|postgres|pgvector|mysql|mariadb|mongo|kafka|nats|rabbitmq|memcached|etcd)(?:[:@-]|$)/;
const SCHEME =
  /^(?:rediss?|valkeys?|postgres(?:ql)?|mysql|mongodb|amqps?|nats|kafka|grpcs?|tcp|zmq)(?:\+[a-z0-9]+)?:\/\/(?:[^@/]*@)?([a-z0-9._-]+):(\d{1,5})/i;
const HOST_PORT = /^([a-z0-9-]+(?:\.[a-z0-9-]+)*):(\d{1,5})$/i;
const LOCAL = /^(?:localhost|127\.|0\.0\.0\.0$)/;
/** Options that spread one model over several pods: their ports are not HTTP, and many are random. */
const SEVERAL_PODS = /--(?:nnodes|master[-_]addr|dist-init-addr|headless|ray_cluster_size)\b|\bray start\b/;

function nameOf({ name, containerPort }: ContainerPort, image: string): string | null {
  if (PORT_NAME.test((name ?? '').toLowerCase())) return name ?? null;
  return PORTS.get(containerPort) ?? IMAGE.exec(image)?.[1] ?? null;
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

/** Without the user and password of a URL. */
function serverIn(value: string): { readonly host: string; readonly port: number } | null {
  const [, host, digits] = SCHEME.exec(value) ?? HOST_PORT.exec(value) ?? [];
  const port = Number(digits);
  if (host === undefined || LOCAL.test(host)) return null;
  return SCHEME.test(value) || PORTS.has(port) ? { host: host.toLowerCase(), port } : null;
}

function serverWarnings({ name, env }: Container, { tcpServers }: InjectPolicy): readonly string[] {
  return (env ?? []).flatMap((variable) => {
    const server = serverIn(variable.value ?? '');
    if (server === null) return [];
    if (
      tcpServers.some(
        ({ host, first, last }) => host === server.host && first <= server.port && server.port <= last,
      )
    )
      return [];
    return [
      `variable ${variable.name} of container ${name} names ${server.host}:${server.port}, which is not HTTP and is refused: list it in action.tcp of the policy: { host: "${server.host}", port: ${server.port} }`,
    ];
  });
}

function severalPods({ name, command, args, env }: Container): readonly string[] {
  const words = [...(command ?? []), ...(args ?? [])].join(' ');
  const spread = SEVERAL_PODS.test(words) || (env ?? []).some((each) => each.name === 'LWS_LEADER_ADDRESS');
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
        ...severalPods(container),
      ]),
    ),
  ];
}
