import { PORTS } from '../../pod/names.ts';
import type { Container } from '../../pod/pod.ts';
import type { ModelPorts } from '../../pod/ports.ts';
import { refuse } from '../../pod/refusals.ts';
import { BETWEEN_PODS, spreadsModel } from '../several-pods.ts';
import type { Listener } from './adapters/index.ts';
import type { KnownServer } from './server.ts';
import { forbiddenUse, isOff, literalEnv, optionUses, resolve, setEnv } from './settings.ts';

const LOOPBACK = '127.0.0.1';

/** A container whose server no longer listens on the ports that clients dial. */
export interface Moved {
  readonly container: Container;
  /** The ports that clients dial, ascending; the n-th is served from `PORTS.moved + n`. */
  readonly guarded: readonly number[];
  /** Ports moved to loopback with their number, because they must not be reachable from outside. */
  readonly hidden: readonly number[];
  /** Ports on which the server still listens on all addresses, so that clients reach them past the sidecar. */
  readonly reachable: readonly number[];
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

/** A variable that a script sets cannot be moved in `env`. */
function literalSet({ call }: KnownServer, container: Container, name: string, path: string): boolean {
  if (call.prefix.some((word) => word.startsWith(`${name}=`))) {
    refuse('shell_command', `${path}.command`, `It sets ${name}; set it in env.`);
  }
  return (container.env ?? []).some((each) => each.name === name);
}

function currentPort(server: KnownServer, container: Container, listener: Listener, path: string): number {
  const { call } = server;
  const { addressEnv, defaultPort } = listener;
  if (addressEnv !== null) {
    if (!literalSet(server, container, addressEnv, path)) return defaultPort;
    const value = literalEnv(container, addressEnv);
    const port = value === null ? null : addressPort(value, defaultPort);
    return port ?? refuse('port_unresolved', `${path}.env`, `Variable ${addressEnv}.`);
  }
  const use = optionUses(call.args, listener.port).at(-1);
  if (use !== undefined) {
    const value = resolve(use.value ?? '', container, call);
    const port = listener.joined && value !== null ? addressPort(value, defaultPort) : portNumber(value);
    return port ?? refuse('port_unresolved', `${path}.args`, `Option ${listener.port.join(' or ')}.`);
  }
  const variable = listener.portEnv.find((name) => literalSet(server, container, name, path));
  if (variable === undefined) return defaultPort;
  const port = portNumber(literalEnv(container, variable));
  return port ?? refuse('port_unresolved', `${path}.env`, `Variable ${variable}.`);
}

/** @param betweenPods whether listeners between the pods of one model are accepted */
function checkOptions(
  { adapter, call }: KnownServer,
  container: Container,
  path: string,
  betweenPods: boolean,
): void {
  const forbidden = betweenPods
    ? adapter.forbidden.filter((option) => !BETWEEN_PODS.has(option))
    : adapter.forbidden;
  const bad = forbiddenUse(call.args, forbidden);
  if (bad !== null) refuse('adapter_option', `${path}.args`, `Found: ${bad.split('=')[0] ?? ''}.`);
  const spread = adapter.serves === 'model' && !betweenPods ? spreadsModel(container) : null;
  if (spread !== null) refuse('adapter_option', `${path}.args`, `Found: ${spread}.`);
  if (call.args.includes('--') && adapter.listeners.some(({ port }) => port.length > 0)) {
    refuse('adapter_option', `${path}.args`, 'Found: --.');
  }
  const found = adapter.forbiddenEnv.find((name) => isOn(name, container, call.prefix));
  if (found !== undefined) refuse('adapter_option', `${path}.env`, `Found: ${found}.`);
}

/** The variable is set, before the command of a script (`prefix`) or in the container, to something else than nothing or off. */
function isOn(name: string, container: Container, prefix: readonly string[]): boolean {
  const inScript = prefix.find((word) => word.startsWith(`${name}=`));
  const isSet = inScript !== undefined || (container.env ?? []).some((each) => each.name === name);
  if (!isSet) return false;
  const value = inScript?.slice(name.length + 1) ?? literalEnv(container, name);
  return value === null || (value !== '' && !isOff(value));
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
    if (!addresses.some((address) => address.port === port && address.listener.loopback)) {
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
  { call }: KnownServer,
  container: Container,
  addresses: readonly Address[],
  target: (address: Address) => number,
): Container {
  const options = addresses.filter(({ listener }) => listener.port.length > 0);
  const names = options.flatMap(({ listener }) => [...listener.host, ...listener.port]);
  const drop = new Set(optionUses(call.args, names).flatMap(({ positions }) => positions));
  const append = options.flatMap((address) => [
    ...address.listener.host.slice(0, 1).flatMap((name) => [name, LOOPBACK]),
    address.listener.port[0] ?? '',
    `${address.listener.joined ? `${LOOPBACK}:` : ''}${target(address)}`,
  ]);
  return addresses.reduce(
    (current, address) => {
      const { addressEnv, hostEnv, port, portEnv } = address.listener;
      const to = String(target(address));
      if (addressEnv !== null) return setEnv(current, addressEnv, `${LOOPBACK}:${to}`);
      if (port.length > 0) return current;
      const hosted = hostEnv === null ? current : setEnv(current, hostEnv, LOOPBACK);
      return portEnv.reduce((each, name) => setEnv(each, name, to), hosted);
    },
    options.length === 0 ? container : call.edit(drop, append),
  );
}

/**
 * Moves every listener of the server to loopback, where it can be bound to it, the guarded ones to their own ports, so that the sidecar can
 * bind the original ports. Idempotent. @param path field of the container @param betweenPods whether listeners between the pods of one model are
 * accepted @throws InjectionRefused
 */
export function moveServer(
  server: KnownServer,
  container: Container,
  ports: ModelPorts,
  path: string,
  betweenPods: boolean,
): Moved {
  checkOptions(server, container, path, betweenPods);
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
  const hidden = addresses
    .filter((address) => address.listener.loopback && servedPort(address, guarded) === null)
    .map(({ port }) => port);
  const reachable = addresses.filter(({ listener }) => !listener.loopback).map(target);
  return { container: rewrite(server, container, addresses, target), guarded, hidden, reachable };
}
