import { compileHosts } from './host-pattern.ts';
import { BUILTIN_PROVIDERS } from './provider.ts';

/** A server that speaks no HTTP: connections to it are recorded and not inspected. */
export interface TcpServer {
  /** A name or an address, lower case, IPv6 without brackets; never a wildcard. */
  readonly host: string;
  readonly port: number;
}

/** What a policy inspects outbound, as far as it bears on `action.tcp`. */
export interface InspectedHosts {
  readonly hosts: readonly (readonly string[])[];
  readonly mcp: readonly string[];
  /** URLs of the policy's own providers. */
  readonly providers: readonly string[];
}

const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
const PROVIDER_HOSTS: ReadonlySet<string> = new Set(
  Object.values(BUILTIN_PROVIDERS).map((url) => new URL(url).hostname),
);

/** The sidecar's own ports, which no policy can hand out. */
function isReservedPort(port: number): boolean {
  return port >= 15400 && port <= 15499;
}

/** Why a server may not be opaque; null where it may. */
export function whyInspected(server: TcpServer, { hosts, mcp, providers }: InspectedHosts): string | null {
  const { host, port } = server;
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (WEB_PORTS.has(port))
    return `port ${port} carries HTTP and TLS, which are judged by host: list the host in action.hosts`;
  if (isReservedPort(port)) return `ports 15400 to 15499 are the sidecar's own`;
  if (PROVIDER_HOSTS.has(host))
    return `${host} is an LLM API, which is inspected: list the host in action.hosts`;
  // A pattern with a wildcard names no server: "*:*" does not say that a database is to be inspected.
  const named = hosts.flat().filter((pattern) => !pattern.startsWith('*'));
  if (compileHosts(named)(place))
    return `action.hosts lists ${place}, so it is inspected: take it out of one of them`;
  if (compileHosts(mcp)(place))
    return `action.mcp lists ${place}, so it is inspected: take it out of one of them`;
  if (providers.some((url) => sameServer(url, server)))
    return `outbound.providers has its API at ${place}, so it is inspected: take it out of one of them`;
  return null;
}

function sameServer(url: string, { host, port }: TcpServer): boolean {
  const { protocol, hostname, port: written } = new URL(url);
  const own = written === '' ? (protocol === 'https:' ? 443 : 80) : Number(written);
  return hostname.replace(/^\[|\]$/g, '') === host && own === port;
}

/** Why a port of the pod may not be opaque; null where it may. */
export function whyGuarded(port: number): string | null {
  if (WEB_PORTS.has(port)) return `port ${port} carries HTTP or TLS, which is inspected or refused`;
  return isReservedPort(port) ? `ports 15400 to 15499 are the sidecar's own` : null;
}

/** Servers that every list names, in the order of the first. */
export function intersectTcp(lists: readonly (readonly TcpServer[])[]): readonly TcpServer[] {
  const [first = [], ...rest] = lists;
  return first.filter(({ host, port }) =>
    rest.every((list) => list.some((other) => other.host === host && other.port === port)),
  );
}

/** Ports that every list names, ascending. */
export function intersectPorts(lists: readonly (readonly number[])[]): readonly number[] {
  const [first = [], ...rest] = lists;
  const met = first.filter((port) => rest.every((list) => list.includes(port)));
  return [...new Set(met)].sort((a, b) => a - b);
}
