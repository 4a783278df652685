import type { Dialled } from '../../forward/destination/destination.ts';
import { mayDial } from '../../forward/destination/resolve.ts';
import type { TunnelTarget } from '../../forward/tunnel.ts';
import { hostInUrl } from '../../http/head/host.ts';
import type { HostRefusal } from '../../policy/compile/compiled-hosts.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { tracingNote } from '../context/hosts.ts';
import type { Objection } from './connection.ts';

/** Why a connection has no TLS server name to judge. */
export type Unnamed =
  'malformed' | 'too_large' | 'no_name' | 'encrypted' | 'host' | 'timeout' | 'not_http' | 'http2' | 'silent';

/** The first bytes of a connection that is not HTTP, as parsed. */
export interface Opening {
  readonly protocol: 'tcp' | 'tls';
  /** Canonical server name from the ClientHello. */
  readonly name: string | null;
  /** Null if there is a name. */
  readonly fault: Unnamed | null;
  readonly dialled: Dialled;
}

/** The destination of a connection, and the violation that enforcing would refuse it for. */
export interface Ruling {
  readonly target: TunnelTarget | null;
  readonly objection: Objection | null;
}

/** Destination port of TLS whose client dialled the listener itself. */
export const TLS_PORT = 443;

const SEEN: Readonly<Record<Unnamed, string>> = {
  malformed: 'it begins like TLS but is not a ClientHello',
  too_large: 'its ClientHello is too large',
  no_name: 'its ClientHello names no server (SNI)',
  encrypted: 'its ClientHello is encrypted (ECH), so its name is unknown',
  host: 'its ClientHello names an address',
  timeout: 'its ClientHello did not arrive in time',
  not_http: 'it is neither HTTP/1.1 nor TLS',
  http2: 'it is HTTP/2 with prior knowledge (gRPC, h2c), which is not inspected',
  silent: 'its client sent nothing, as in protocols in which the server speaks first',
};

/** Judges a connection by its first bytes and whom it was for. Pure. */
export function judgeOpening(opening: Opening, policy: CompiledPolicy): Ruling {
  const { name, dialled } = opening;
  if (dialled === 'unknown') return { target: null, objection: UNKNOWN };
  if (name === null) return judgeUnnamed(opening, policy);
  const port = dialled === 'direct' ? TLS_PORT : dialled.port;
  const host = port === TLS_PORT ? name : `${name}:${port}`;
  // Observing changes nothing: the dialled address stays, even if the name does not resolve or resolves elsewhere.
  const address = policy.mode === 'observe' && dialled !== 'direct' ? dialled.address : null;
  const target = { host: name, port, address, admitsHttp: true };
  const refusal = policy.action.hosts.refuseTunnel(host);
  const listed = refusal === null || serversOn(policy, port).some((server) => server.host === name);
  return { target, objection: listed ? null : unlisted(host, refusal) };
}

function judgeUnnamed({ protocol, fault, dialled }: Opening, policy: CompiledPolicy): Ruling {
  const seen = SEEN[fault ?? 'not_http'];
  if (dialled === 'direct' || dialled === 'unknown')
    return {
      target: null,
      objection: { ...UNKNOWN, text: `${seen}, and it was sent to the sidecar itself` },
    };
  const { address, port } = dialled;
  const place = `${hostInUrl(address)}:${port}`;
  const mayBe = policy.mode === 'observe' || mayDial(address, policy.action.listsAddress);
  const mayPass = fault !== 'timeout' && mayBe;
  const target = mayPass ? { host: address, port, address, admitsHttp: true } : null;
  // TLS is judged by its server name; without one, by its address if policy lists that.
  if (
    protocol === 'tls' &&
    target !== null &&
    fault === 'no_name' &&
    policy.action.hosts.refuseTunnel(place) === null
  )
    return { target, objection: null };
  const servers = serversOn(policy, port);
  const [only, ...others] = servers;
  if (only !== undefined && others.length === 0 && fault !== 'timeout')
    return { target: { ...only, address: null, admitsHttp: false }, objection: null };
  return {
    target,
    objection: servers.length > 1 ? ambiguous(place) : notListed(protocol, seen, place, port),
  };
}

/** The servers of `action.tcp` on a port. */
export function serversOn(
  { action }: CompiledPolicy,
  port: number,
): readonly { readonly host: string; readonly port: number }[] {
  return action.tcp
    .filter(({ first, last }) => port >= first && port <= last)
    .map(({ host }) => ({ host, port }));
}

export const UNKNOWN: Objection = {
  rule: 'destination.unknown',
  code: 'host_not_allowed',
  text: "whom it was for is not in the kernel's table of sockets; no policy allows that",
};

export const NO_POLICY: Ruling = {
  target: null,
  objection: { rule: 'policy.none', code: 'policy_unavailable', text: 'no valid policy is loaded' },
};

function unlisted(host: string, refusal: HostRefusal): Objection {
  const { rule } = refusal;
  const seen =
    rule === 'host.not-listed'
      ? `TLS to ${host}, which action.hosts does not list`
      : `TLS to ${host}, which action.hosts lists for some paths only, and paths cannot be seen in TLS. Call it over HTTP, at the base path of its provider on this sidecar, or list the host without paths`;
  return { rule, code: 'host_not_allowed', text: `${seen}${tracingNote(refusal)}` };
}

function notListed(protocol: Opening['protocol'], seen: string, place: string, port: number): Objection {
  const way =
    protocol === 'tls' && port === TLS_PORT
      ? `The client must name the server (SNI), so that action.hosts can list it; without a name, list "${place}" itself in action.hosts`
      : `If the workload may connect to this server, list it in action.tcp: { host: NAME, port: ${port} }`;
  return { rule: 'tcp.not-listed', code: 'host_not_allowed', text: `to ${place}: ${seen}. ${way}` };
}

function ambiguous(place: string): Objection {
  return {
    rule: 'tcp.ambiguous',
    code: 'host_not_allowed',
    text: `to ${place}: action.tcp lists several servers on this port, and none of them has this address`,
  };
}

export function spokeHttp({ host, port }: TunnelTarget): Objection {
  return {
    rule: 'tcp.http',
    code: 'host_not_allowed',
    text: `to ${hostInUrl(host)}:${port}: the client sent HTTP to a server of action.tcp; list the server in action.hosts instead`,
  };
}
