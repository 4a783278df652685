import { compileHosts } from './host-pattern.ts';
import { formatPorts, hasPort, knownRange, overlap, type PortRange, type WrittenPort } from './ports.ts';
import { BUILTIN_PROVIDERS } from './provider.ts';

/** A server that does not speak HTTP: connections to it are recorded and not inspected. */
export interface TcpServer extends PortRange {
  /** A name or an address, lower case, IPv6 without brackets; never a wildcard. */
  readonly host: string;
}

/** The same in a policy's notation. */
export interface WrittenServer {
  readonly host: string;
  readonly port: WrittenPort;
}

/** The hosts that a policy inspects outbound, which `action.tcp` must not name. */
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

/** Reserved ports of the sidecar. */
const RESERVED: PortRange = { first: 15_400, last: 15_499 };

/** Why a server cannot be opaque; null if it can. */
export function whyInspected(
  { host, port: written }: WrittenServer,
  inspected: InspectedHosts,
): string | null {
  const range = knownRange(written);
  if (PROVIDER_HOSTS.has(host))
    return `${host} is an LLM API, which is inspected: list the host in action.hosts`;
  const own = overlap(range, RESERVED) !== null;
  if (own) return `ports 15400 to 15499 are the sidecar's own`;
  for (const port of portsToCheck(range, inspected)) {
    const reason = whyInspectedAt(host, port, inspected);
    if (reason !== null) return reason;
  }
  return null;
}

/** The ports of a range that other settings name; all others are equivalent. */
function portsToCheck(range: PortRange, { hosts, mcp, providers }: InspectedHosts): ReadonlySet<number> {
  const named = [...hosts.flat(), ...mcp].flatMap((pattern) => /:(\d{1,5})$/.exec(pattern)?.[1] ?? []);
  const all = [...WEB_PORTS, ...named.map(Number), ...providers.map(portOf), range.first];
  return new Set(all.filter((port) => hasPort(range, port)));
}

function whyInspectedAt(
  host: string,
  port: number,
  { hosts, mcp, providers }: InspectedHosts,
): string | null {
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (WEB_PORTS.has(port))
    return `port ${port} carries HTTP and TLS, which are judged by host: list the host in action.hosts`;
  // Patterns with a wildcard do not count: "*:*" does not mean that a database is to be inspected.
  const named = hosts.flat().filter((pattern) => !pattern.startsWith('*'));
  if (compileHosts(named)(place))
    return `action.hosts lists ${place}, so it is inspected: take it out of one of them`;
  if (compileHosts(mcp)(place))
    return `action.mcp lists ${place}, so it is inspected: take it out of one of them`;
  if (providers.some((url) => hostOf(url) === host && portOf(url) === port))
    return `outbound.providers has its API at ${place}, so it is inspected: take it out of one of them`;
  return null;
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: string): number {
  const { protocol, port } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Limit of ports per entry of `endpoints.tcp`, each of which gets a listener. */
const MOST_PORTS = 20;

/** Why a port of the pod, or a range, cannot be opaque; null if it can. */
export function whyGuarded(written: WrittenPort): string | null {
  const range = knownRange(written);
  const web = [...WEB_PORTS].find((port) => hasPort(range, port));
  if (web !== undefined) return `port ${web} carries HTTP or TLS, which is inspected or refused`;
  if (overlap(range, RESERVED) !== null) return `ports 15400 to 15499 are the sidecar's own`;
  return range.last - range.first >= MOST_PORTS
    ? `${formatPorts(range)} are more than ${MOST_PORTS} ports: each of them gets a listener of the sidecar; give the servers of the pod fixed ports`
    : null;
}

/** The servers and ports in every list, in the order of the first. */
export function intersectTcp(lists: readonly (readonly WrittenServer[])[]): readonly TcpServer[] {
  const [first = [], ...rest] = lists.map((list) =>
    list.map(({ host, port }): TcpServer => ({ host, ...knownRange(port) })),
  );
  return rest.reduce((met, list) => met.flatMap((server) => common(server, list)), first);
}

function common(server: TcpServer, list: readonly TcpServer[]): readonly TcpServer[] {
  return list.flatMap((other): readonly TcpServer[] => {
    const range = other.host === server.host ? overlap(server, other) : null;
    return range === null ? [] : [{ host: server.host, ...range }];
  });
}

/** The ports in every list, ascending. */
export function intersectPorts(lists: readonly (readonly WrittenPort[])[]): readonly number[] {
  const [first = [], ...rest] = lists.map((list) => list.flatMap(portsOf));
  const met = first.filter((port) => rest.every((list) => list.includes(port)));
  return [...new Set(met)].sort((a, b) => a - b);
}

function portsOf(written: WrittenPort): readonly number[] {
  const { first, last } = knownRange(written);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
