import { PORTS } from '../../pod/names.ts';
import type { Container } from '../../pod/pod.ts';
import type { ModelPorts } from '../../pod/ports.ts';
import { refuse } from '../../pod/refusals.ts';
import type { Listener } from './adapter.ts';
import type { KnownServer } from './server.ts';
import { forbiddenUse, isOff, literalEnv, optionUses, resolve, setEnv } from './settings.ts';

const LOOPBACK = '127.0.0.1';

/** A model container that listens on loopback only. */
export interface Moved {
  readonly container: Container;
  /** The ports that clients dial, ascending; the n-th is served from `PORTS.moved + n`. */
  readonly guarded: readonly number[];
  /** Ports moved to loopback with their number, because they must not be reachable from outside. */
  readonly hidden: readonly number[];
}

interface Address {
  readonly listener: Listener;
  readonly port: number;
}

function portNumber(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65535 ? Number(value) : null;
}

/** `0.0.0.0:11434`, `http://[::]:8080`, `:11434`, `host`. As in Ollama, a scheme implies its default port. */
function addressPort(value: string, withoutScheme: number): number | null {
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*)$/.exec(value.trim()) ?? [];
  if (rest.includes('$')) return null;
  const byDefault = scheme === 'http' ? 80 : scheme === 'https' ? 443 : withoutScheme;
  const [authority = ''] = rest.split('/');
  const match = /^(?:\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority);
  if (match === null) return null;
  return match[1] === undefined ? byDefault : portNumber(match[1]);
}

function fromEnv({ adapter, call }: KnownServer, container: Container, name: string, path: string): number {
  if (call.prefix.some((word) => word.startsWith(`${name}=`))) {
    refuse('shell_command', `${path}.command`, `It sets ${name}; set it in env.`);
  }
  const fallback = adapter.listeners[0]?.defaultPort ?? 0;
  if (!(container.env ?? []).some((each) => each.name === name)) return fallback;
  const value = literalEnv(container, name);
  const port = value === null ? null : addressPort(value, fallback);
  return port ?? refuse('port_unresolved', `${path}.env`, `Variable ${name}.`);
}

function currentPort(server: KnownServer, container: Container, listener: Listener, path: string): number {
  const { adapter, call } = server;
  if (adapter.addressEnv !== null) return fromEnv(server, container, adapter.addressEnv, path);
  const use = optionUses(call.args, listener.port).at(-1);
  if (use !== undefined) {
    const port = portNumber(resolve(use.value ?? '', container, call));
    return port ?? refuse('port_unresolved', `${path}.args`, `Option ${listener.port.join(' or ')}.`);
  }
  const { portEnv } = listener;
  if (portEnv === null || !(container.env ?? []).some(({ name }) => name === portEnv))
    return listener.defaultPort;
  const port = portNumber(literalEnv(container, portEnv));
  return port ?? refuse('port_unresolved', `${path}.env`, `Variable ${portEnv}.`);
}

function checkOptions({ adapter, call }: KnownServer, container: Container, path: string): void {
  const bad = forbiddenUse(call.args, adapter.forbidden);
  if (bad !== null) refuse('adapter_option', `${path}.args`, `Found: ${bad.split('=')[0] ?? ''}.`);
  if (call.args.includes('--') && adapter.addressEnv === null) {
    refuse('adapter_option', `${path}.args`, 'Found: --.');
  }
  for (const name of adapter.forbiddenEnv) {
    const inScript = call.prefix.find((word) => word.startsWith(`${name}=`));
    const isSet = (container.env ?? []).some((each) => each.name === name);
    const value = inScript?.slice(name.length + 1) ?? literalEnv(container, name);
    if ((isSet || inScript !== undefined) && (value === null || (value !== '' && !isOff(value)))) {
      refuse('adapter_option', `${path}.env`, `Found: ${name}.`);
    }
  }
}

/** The guarded port that a listener serves; null: none, so that it is only closed. A moved listener counts as its original. */
function servedPort({ port }: Address, guarded: readonly number[]): number | null {
  if (guarded.includes(port)) return port;
  return guarded[port - PORTS.moved] ?? null;
}

function checkPorts(
  addresses: readonly Address[],
  guarded: readonly number[],
  closed: readonly number[],
  path: string,
): void {
  const [first] = addresses;
  if (first !== undefined && servedPort(first, guarded) === null) {
    refuse(
      'port_mismatch',
      `${path}.ports`,
      `Server: ${first.port}; guarded: ${guarded.join(', ') || 'none'}.`,
    );
  }
  const served = new Set(addresses.map((address) => servedPort(address, guarded)));
  for (const port of guarded) {
    if (!served.has(port)) refuse('port_uncapturable', `${path}.ports`, `Port ${port}.`);
  }
  for (const { listener, port } of addresses) {
    if (!listener.inspectable && guarded.includes(port)) {
      refuse('port_protocol', `${path}.ports`, `Port ${port}.`);
    }
  }
  for (const port of closed) {
    if (!addresses.some((address) => address.port === port)) {
      refuse('port_uncapturable', `${path}.ports`, `Port ${port} is declared and cannot be closed.`);
    }
  }
}

function guardedPorts(addresses: readonly Address[], ports: ModelPorts, path: string): readonly number[] {
  if (ports.source !== 'undeclared') return ports.guarded;
  const found = addresses.filter(({ listener }) => listener.inspectable).map(({ port }) => port);
  if (found.some((port) => port >= 15400 && port <= 15499)) refuse('port_reserved', `${path}.args`);
  return [...new Set(found)].sort((a, b) => a - b);
}

function rewrite(
  server: KnownServer,
  container: Container,
  addresses: readonly Address[],
  target: (address: Address) => number,
): Container {
  const { adapter, call, env } = server;
  const [first] = addresses;
  if (adapter.addressEnv !== null && first !== undefined) {
    return setEnv(container, adapter.addressEnv, `${LOOPBACK}:${target(first)}`);
  }
  if (env !== null && first !== undefined) {
    return setEnv(setEnv(container, env.host, LOOPBACK), env.port, String(target(first)));
  }
  const names = addresses.flatMap(({ listener }) => [...listener.host, ...listener.port]);
  const drop = new Set(optionUses(call.args, names).flatMap(({ positions }) => positions));
  const append = addresses.flatMap((address) => [
    address.listener.host[0] ?? '',
    LOOPBACK,
    address.listener.port[0] ?? '',
    String(target(address)),
  ]);
  return call.edit(drop, append);
}

/**
 * Moves every listener of the server to loopback, the guarded ones to their own ports, so that the sidecar can bind the original ports.
 * Idempotent. @param path field of the container @throws InjectionRefused
 */
export function moveServer(
  server: KnownServer,
  container: Container,
  ports: ModelPorts,
  path: string,
): Moved {
  checkOptions(server, container, path);
  const addresses = server.adapter.listeners.map((listener) => ({
    listener,
    port: currentPort(server, container, listener, path),
  }));
  const guarded = guardedPorts(addresses, ports, path);
  checkPorts(addresses, guarded, ports.closed, path);
  const target = (address: Address): number => {
    const served = servedPort(address, guarded);
    return served === null ? address.port : PORTS.moved + guarded.indexOf(served);
  };
  const hidden = addresses.filter((address) => servedPort(address, guarded) === null).map(({ port }) => port);
  return { container: rewrite(server, container, addresses, target), guarded, hidden };
}
