import { spreadsModel } from '../capture/several-pods.ts';
import type { Container, ContainerPort, EnvVar, Pod } from '../pod/pod.ts';
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
  [7077, 'Spark'],
  [7078, 'the driver of Spark'],
  [7079, 'the block manager of Spark'],
  [9092, 'Kafka'],
  [10001, 'the client port of Ray'],
  [11211, 'Memcached'],
  [19530, 'Milvus'],
  [23456, 'torch.distributed'],
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
/** KubeRay starts Ray in this image, and `ray start` is not in the pod template. */
const RAY_IMAGE = /(?:^|\/)ray(?:-llm|-ml)?[:@]/;

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

/** Products in names of variables, and their ports. */
const PRODUCTS: readonly (readonly [RegExp, number])[] = [
  [/POSTGRES|PGSQL|^PG$/, 5432],
  [/MYSQL|MARIADB/, 3306],
  [/REDIS|VALKEY/, 6379],
  [/MONGO/, 27017],
  [/RABBIT|AMQP/, 5672],
  [/KAFKA/, 9092],
];
/** Variables whose value, where it is not in the pod, is likely to name a database or a broker. */
const CONNECTION =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|PG|MYSQL|REDIS|MONGO|AMQP|RABBITMQ|KAFKA|BROKER|SQL_?ALCHEMY)(?:\w*_)?(?:URL|URI|DSN|CONN|CONNECTION_STRING|HOST)$/;
/** Longer names, which only an attacker writes, would make the pattern slow. */
const MAX_NAME = 256;
const HOST_NAME = /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/** A host in a variable of its own, such as `DB_HOST` beside `DB_PORT`, or `REDIS_HOST`. */
function serverBeside(
  { name, value }: EnvVar,
  values: ReadonlyMap<string, string | null | undefined>,
): { readonly host: string; readonly port: number } | null {
  const prefix = /^(.*?)_?HOST(?:NAME)?$/.exec(name)?.[1];
  const host = value ?? '';
  if (prefix === undefined || !HOST_NAME.test(host) || LOCAL.test(host)) return null;
  const beside = values.get(name.replace(/HOST(?:NAME)?$/, 'PORT'));
  const port = Number(beside ?? PRODUCTS.find(([product]) => product.test(prefix))?.[1]);
  return PORTS.has(port) || ((beside ?? null) !== null && PRODUCTS.some(([product]) => product.test(prefix)))
    ? { host: host.toLowerCase(), port }
    : null;
}

/** Without the user and password of a URL. */
function serverIn(value: string): { readonly host: string; readonly port: number } | null {
  const [, host, digits] = SCHEME.exec(value) ?? HOST_PORT.exec(value) ?? [];
  const port = Number(digits);
  if (host === undefined || LOCAL.test(host)) return null;
  return SCHEME.test(value) || PORTS.has(port) ? { host: host.toLowerCase(), port } : null;
}

function unreadWarnings({ name, env }: Container, { tcpServers }: InjectPolicy): readonly string[] {
  const unread = (env ?? []).filter(
    ({ name: variable, valueFrom }) =>
      (valueFrom ?? null) !== null && variable.length <= MAX_NAME && CONNECTION.test(variable),
  );
  if (unread.length === 0 || tcpServers.length > 0) return [];
  return [
    `variable ${unread.map((variable) => variable.name).join(', ')} of container ${name} is not in the pod: if it names a database or a broker, list that server in action.tcp of the policy, for it is refused otherwise`,
  ];
}

function serverWarnings({ name, env }: Container, { tcpServers }: InjectPolicy): readonly string[] {
  const values = new Map((env ?? []).map((variable) => [variable.name, variable.value]));
  return (env ?? []).flatMap((variable) => {
    const server = serverIn(variable.value ?? '') ?? serverBeside(variable, values);
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
