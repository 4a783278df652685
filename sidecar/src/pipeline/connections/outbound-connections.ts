import { isIP, type LookupFunction } from 'node:net';

import type { Recorded } from '../../audit/record/record.ts';
import { permit, type Permitted } from '../../controls/index.ts';
import type { Destination, Dialled } from '../../forward/destination/destination.ts';
import { hostInUrl } from '../../http/head/host.ts';
import { mayDial } from '../../forward/destination/resolve.ts';
import type { TunnelEnd, TunnelTarget } from '../../forward/tunnel.ts';
import type { HostRefusal } from '../../policy/compile/compiled-hosts.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import {
  ConnectionRecord,
  Pending,
  UNDELIVERED,
  type ConnectionBoundary,
  type Objection,
  type Peer,
} from './connection.ts';
import { hostsEnforced, tracingNote } from '../context/hosts.ts';

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

/** An admitted and recorded connection. */
export interface Admission {
  readonly target: Recorded<Permitted<TunnelTarget>>;
  /** Call it once, when both sides are closed. */
  readonly ended: (end: TunnelEnd) => void;
}

/** The destination of a connection, and the violation that enforcing would refuse it for. */
interface Ruling {
  readonly target: TunnelTarget | null;
  readonly objection: Objection | null;
}

/** Destination port of TLS whose client dialled the listener itself. */
const TLS_PORT = 443;

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

/** Judges and records outbound connections that are not HTTP. */
export class OutboundConnections {
  readonly #boundary: ConnectionBoundary;
  readonly #lookup: LookupFunction;
  readonly #pending = new Pending();

  /** `lookup`: that of `createResolver`, so that names never resolve to an address of the pod. */
  constructor(boundary: ConnectionBoundary, lookup: LookupFunction) {
    this.#boundary = boundary;
    this.#lookup = lookup;
  }

  /** True if the original destination must be looked up before the first byte is read, because a server of `action.tcp` may speak first. */
  asksFirst(): boolean {
    const policy = this.#boundary.policy.current();
    return policy !== null && (policy.action.tcp.length > 0 || !hostsEnforced(policy));
  }

  /** True if a server on this port may speak first. */
  mayWait({ port }: Destination): boolean {
    const policy = this.#boundary.policy.current();
    const observed = policy !== null && !hostsEnforced(policy) && port !== 80 && port !== TLS_PORT;
    return observed || this.#serversOn(port).length > 0;
  }

  /** The server of `action.tcp` with the dialled address. Null if none has it, or no longer. Never rejects. */
  async serverAt(dialled: Destination): Promise<TunnelTarget | null> {
    const servers = this.#serversOn(dialled.port);
    for (const { host, port } of servers) {
      const addresses = await this.#resolve(host);
      if (addresses.includes(dialled.address))
        return { host, port, address: dialled.address, admitsHttp: false };
    }
    return null;
  }

  /** Null: close it. @throws AuditUnavailable */
  async admit(opening: Opening): Promise<Admission | null> {
    const policy = this.#boundary.policy.current();
    const { target, objection } = policy === null ? NO_POLICY : this.#judge(opening, policy);
    return this.#decide(policy, this.#peer(opening, target), target, objection);
  }

  /** A connection to a server of `action.tcp`. @throws AuditUnavailable */
  async admitServer(target: TunnelTarget): Promise<Admission | null> {
    const policy = this.#boundary.policy.current();
    const peer: Peer = { protocol: 'tcp', host: target.host, port: target.port, address: target.address };
    return policy === null
      ? this.#decide(policy, peer, NO_POLICY.target, NO_POLICY.objection)
      : this.#decide(policy, peer, target, null);
  }

  settled(): Promise<void> {
    return this.#pending.settled();
  }

  async #decide(
    policy: CompiledPolicy | null,
    peer: Peer,
    target: TunnelTarget | null,
    objection: Objection | null,
  ): Promise<Admission | null> {
    const record = new ConnectionRecord(this.#boundary, 'outbound', policy, peer);
    if (policy !== null && this.#boundary.ledger.isBacklogged()) {
      await record.refused(UNDELIVERED);
      return null;
    }
    const passes = policy !== null && target !== null && (objection === null || !hostsEnforced(policy));
    if (!passes) {
      await record.refused(objection ?? UNKNOWN);
      return null;
    }
    const recorded = await record.begun(permit(target, { kind: 'allow', hits: [] }), objection);
    const settle = this.#pending.begin();
    return {
      target: recorded,
      ended: (end) => settle(record.ended(end, end.spokeHttp ? spokeHttp(target) : null)),
    };
  }

  #judge(opening: Opening, policy: CompiledPolicy): Ruling {
    const { name, dialled } = opening;
    if (dialled === 'unknown') return { target: null, objection: UNKNOWN };
    if (name === null) return this.#judgeUnnamed(opening, policy);
    const port = dialled === 'direct' ? TLS_PORT : dialled.port;
    const host = port === TLS_PORT ? name : `${name}:${port}`;
    // Observing changes nothing: the dialled address stays, even if the name does not resolve or resolves elsewhere.
    const address = policy.mode === 'observe' && dialled !== 'direct' ? dialled.address : null;
    const target = { host: name, port, address, admitsHttp: true };
    const refusal = policy.action.hosts.refuseTunnel(host);
    const listed = refusal === null || this.#serversOn(port).some((server) => server.host === name);
    return { target, objection: listed ? null : unlisted(host, refusal) };
  }

  #judgeUnnamed({ protocol, fault, dialled }: Opening, policy: CompiledPolicy): Ruling {
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
    const servers = this.#serversOn(port);
    const [only, ...others] = servers;
    if (only !== undefined && others.length === 0 && fault !== 'timeout')
      return { target: { ...only, address: null, admitsHttp: false }, objection: null };
    return {
      target,
      objection: servers.length > 1 ? ambiguous(place) : notListed(protocol, seen, place, port),
    };
  }

  #peer({ protocol, name, dialled }: Opening, target: TunnelTarget | null): Peer {
    const known = typeof dialled === 'string' ? null : dialled;
    const host = target !== null && isIP(target.host) === 0 ? target.host : name;
    return {
      protocol,
      host,
      port: target?.port ?? known?.port ?? null,
      // Unless policy observes, the name is resolved again: the dialled address is the client's choice and need not belong to the name.
      address: name === null ? (known?.address ?? null) : (target?.address ?? null),
    };
  }

  #serversOn(port: number): readonly { readonly host: string; readonly port: number }[] {
    const servers = this.#boundary.policy.current()?.action.tcp ?? [];
    return servers
      .filter(({ first, last }) => port >= first && port <= last)
      .map(({ host }) => ({ host, port }));
  }

  #resolve(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    return new Promise((resolve) => {
      this.#lookup(host, { all: true }, (error, found) => {
        if (error !== null) resolve([]);
        else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
      });
    });
  }
}

const UNKNOWN: Objection = {
  rule: 'destination.unknown',
  code: 'host_not_allowed',
  text: "whom it was for is not in the kernel's table of sockets; no policy allows that",
};

const NO_POLICY: Ruling = {
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

function spokeHttp({ host, port }: TunnelTarget): Objection {
  return {
    rule: 'tcp.http',
    code: 'host_not_allowed',
    text: `to ${hostInUrl(host)}:${port}: the client sent HTTP to a server of action.tcp; list the server in action.hosts instead`,
  };
}
