import { patternOf, type HostEntry } from '../patterns/host-entry.ts';
import type { Fault } from './explain-issue.ts';

/** Default ports of servers that do not speak HTTP. */
const PORTS: ReadonlyMap<string, string> = new Map([
  ['1433', 'SQL Server'],
  ['2181', 'ZooKeeper'],
  ['3306', 'MySQL'],
  ['4222', 'NATS'],
  ['5432', 'Postgres'],
  ['5672', 'AMQP'],
  ['6379', 'Redis'],
  ['9042', 'Cassandra'],
  ['9092', 'Kafka'],
  ['11211', 'Memcached'],
  ['19530', 'Milvus'],
  ['27017', 'MongoDB'],
]);

/** Hosts of `action.hosts` that look like databases and brokers, which need `action.tcp`. */
export function databaseHosts(lists: readonly (readonly HostEntry[])[]): readonly Fault[] {
  return lists.flatMap((hosts) =>
    hosts.flatMap((entry, index): Fault[] => {
      const port = /:(\d+)$/.exec(patternOf(entry))?.[1] ?? '';
      const server = PORTS.get(port);
      if (server === undefined) return [];
      const message = `port ${port} is ${server}'s, but action.hosts allows only HTTP, and TLS from the first byte; use action.tcp for other protocols`;
      return [{ path: ['action', 'hosts', index], at: 'value', message }];
    }),
  );
}
