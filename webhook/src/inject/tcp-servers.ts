import type { EnvVar } from '../pod/pod.ts';

/** Ports of known protocols other than HTTP/1.1. */
export const TCP_PORTS: ReadonlyMap<number, string> = new Map([
  [25, 'SMTP'],
  [389, 'LDAP'],
  [465, 'SMTP'],
  [587, 'SMTP'],
  [636, 'LDAP'],
  [1433, 'SQL Server'],
  [1521, 'Oracle'],
  [2181, 'ZooKeeper'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [4222, 'NATS'],
  [4317, 'OTLP over gRPC'],
  [5432, 'Postgres'],
  [5600, 'NIXL'],
  [5672, 'AMQP'],
  [6334, 'Qdrant over gRPC'],
  [6379, 'Redis or the GCS of Ray'],
  [6380, 'Redis over TLS'],
  [6650, 'Pulsar'],
  [7077, 'Spark'],
  [7078, 'the driver of Spark'],
  [7079, 'the block manager of Spark'],
  [7233, 'Temporal'],
  [7687, 'Bolt'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [10001, 'the client port of Ray'],
  [11211, 'Memcached'],
  [19530, 'Milvus'],
  [23456, 'torch.distributed'],
  [26379, 'Redis Sentinel'],
  [27017, 'MongoDB'],
  [29500, 'torch.distributed'],
  [50051, 'gRPC'],
]);

/** A server that a variable names and that does not speak HTTP/1.1. */
export interface TcpServer {
  readonly variable: string;
  readonly host: string;
  readonly port: number;
}

const SCHEME =
  /^(?:rediss?|valkeys?|postgres(?:ql)?|mysql|mongodb|amqps?|nats|kafka|grpcs?|tcp|zmq|bolt|neo4j|pulsar|ldaps?|smtps?)(?:\+[a-z0-9]+)?:\/\/(?:[^@/]*@)?([a-z0-9._-]+):(\d{1,5})/i;
/** A host and a port alone, or as the URL that clients of OTLP, etcd and Milvus want: then the port decides. */
const HOST_PORT = /^(?:http:\/\/)?([a-z0-9-]+(?:\.[a-z0-9-]+)*):(\d{1,5})\/?$/i;
const LOCAL = /^(?:localhost|127\.|0\.0\.0\.0$)/;
/** Products in names of variables, and their ports. */
const PRODUCTS: readonly (readonly [RegExp, number])[] = [
  [/POSTGRES|PGSQL|^PG$/, 5432],
  [/MYSQL|MARIADB/, 3306],
  [/REDIS|VALKEY/, 6379],
  [/MONGO/, 27017],
  [/RABBIT|AMQP/, 5672],
  [/KAFKA/, 9092],
  [/SMTP/, 587],
  [/TEMPORAL/, 7233],
];
/** Variables whose value, where it is not in the pod, is likely to name a database or a broker. */
const CONNECTION =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|PG|MYSQL|REDIS|MONGO|AMQP|RABBITMQ|KAFKA|BROKER|SQL_?ALCHEMY)(?:\w*_)?(?:URL|URI|DSN|CONN|CONNECTION_STRING|HOST)$/;
/** Longer names, which only an attacker writes, would make the pattern slow. */
const MAX_NAME = 256;
const HOST_NAME = /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

type Address = Pick<TcpServer, 'host' | 'port'>;

/** Without the user and password of a URL. */
function addressIn(value: string): Address | null {
  const scheme = SCHEME.exec(value);
  const [, host, digits] = scheme ?? HOST_PORT.exec(value) ?? [];
  const port = Number(digits);
  if (host === undefined || LOCAL.test(host)) return null;
  return scheme !== null || TCP_PORTS.has(port) ? { host: host.toLowerCase(), port } : null;
}

/** A host in a variable of its own, such as `DB_HOST` beside `DB_PORT`, or `REDIS_HOST`. */
function addressBeside({ name, value }: EnvVar, values: ReadonlyMap<string, string>): Address | null {
  const prefix = /^(.*?)_?HOST(?:NAME)?$/.exec(name)?.[1];
  const host = value ?? '';
  if (prefix === undefined || !HOST_NAME.test(host) || LOCAL.test(host)) return null;
  const product = PRODUCTS.find(([names]) => names.test(prefix));
  const beside = values.get(name.replace(/HOST(?:NAME)?$/, 'PORT'));
  const port = Number(beside ?? product?.[1]);
  return TCP_PORTS.has(port) || (beside !== undefined && product !== undefined && port > 0)
    ? { host: host.toLowerCase(), port }
    : null;
}

/** The servers in a container's variables, one or a list with commas in each. */
export function serversNamedBy(env: readonly EnvVar[]): readonly TcpServer[] {
  const values = new Map(
    env.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return env.flatMap((variable) => {
    const listed = (variable.value ?? '').split(',').flatMap((each) => addressIn(each.trim()) ?? []);
    const found = listed.length > 0 ? listed : [addressBeside(variable, values) ?? []].flat();
    return found.map((address) => ({ variable: variable.name, ...address }));
  });
}

/** Names of variables whose value is not in the pod and probably names a database or a broker. */
export function unreadConnections(env: readonly EnvVar[]): readonly string[] {
  return env
    .filter(({ valueFrom }) => (valueFrom ?? null) !== null)
    .map(({ name }) => name)
    .filter((name) => name.length <= MAX_NAME && CONNECTION.test(name));
}
