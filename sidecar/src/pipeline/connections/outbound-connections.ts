import { isIP, type LookupFunction } from 'node:net';

import type { Recorded } from '../../audit/record/record.ts';
import { permit, type Permitted } from '../../controls/index.ts';
import type { Destination } from '../../forward/destination/destination.ts';
import type { TunnelEnd, TunnelTarget } from '../../forward/tunnel.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { hostsEnforced } from '../context/hosts.ts';
import type { ConnectionOpinion, JudgeUnder } from '../context/shadow-tap.ts';
import {
  ConnectionRecord,
  opinionOn,
  Pending,
  UNDELIVERED,
  type ConnectionBoundary,
  type Peer,
} from './connection.ts';
import {
  judgeOpening,
  NO_POLICY,
  serversOn,
  spokeHttp,
  TLS_PORT,
  UNKNOWN,
  type Opening,
  type Ruling,
} from './opening-rules.ts';

/** An admitted and recorded connection. */
export interface Admission {
  readonly target: Recorded<Permitted<TunnelTarget>>;
  /** Call it once, when both sides are closed. */
  readonly ended: (end: TunnelEnd) => void;
}

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
    if (policy === null) return false;
    const observed = !hostsEnforced(policy) && port !== 80 && port !== TLS_PORT;
    return observed || serversOn(policy, port).length > 0;
  }

  /** The server of `action.tcp` with the dialled address. Null if none has it, or no longer. Never rejects. */
  async serverAt(dialled: Destination): Promise<TunnelTarget | null> {
    const policy = this.#boundary.policy.current();
    return policy === null ? null : this.#serverAt(dialled, policy);
  }

  /** Null: close it. @throws AuditUnavailable */
  async admit(opening: Opening): Promise<Admission | null> {
    const policy = this.#boundary.policy.current();
    const ruling = policy === null ? NO_POLICY : judgeOpening(opening, policy);
    return this.#decide(policy, peerOf(opening, ruling.target), ruling, (other) =>
      this.#judgeUnder(other, opening),
    );
  }

  /** A connection to a server of `action.tcp`. @throws AuditUnavailable */
  async admitServer(target: TunnelTarget): Promise<Admission | null> {
    const policy = this.#boundary.policy.current();
    const { host, port, address } = target;
    const peer: Peer = { protocol: 'tcp', host, port, address };
    const ruling = policy === null ? NO_POLICY : { target, objection: null };
    return this.#decide(policy, peer, ruling, (other) => this.#judgeServerUnder(other, target));
  }

  settled(): Promise<void> {
    return this.#pending.settled();
  }

  async #decide(
    policy: CompiledPolicy | null,
    peer: Peer,
    ruling: Ruling,
    judgeUnder: JudgeUnder,
  ): Promise<Admission | null> {
    const { target, objection } = ruling;
    const record = new ConnectionRecord(this.#boundary, 'outbound', policy, { peer, judgeUnder });
    if (policy !== null && this.#boundary.ledger.isBacklogged()) {
      await record.refused(UNDELIVERED);
      return null;
    }
    if (policy === null || target === null || isRefused(policy, ruling)) {
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

  /** What a policy that is not in force makes of a connection. */
  async #judgeUnder(policy: CompiledPolicy, opening: Opening): Promise<ConnectionOpinion> {
    const { dialled } = opening;
    const server = typeof dialled === 'string' ? null : await this.#serverAt(dialled, policy);
    return opinionOf(
      policy,
      server === null ? judgeOpening(opening, policy) : { target: server, objection: null },
    );
  }

  /** `unread`: that policy would go by the first bytes, and a server that may speak first was connected without them. */
  async #judgeServerUnder(
    policy: CompiledPolicy,
    { host, port, address }: TunnelTarget,
  ): Promise<ConnectionOpinion | 'unread'> {
    if (address === null) return 'unread';
    const dialled = { address, port };
    const server = await this.#serverAt(dialled, policy);
    if (server !== null) return opinionOf(policy, { target: server, objection: null });
    const place = port === TLS_PORT ? host : `${host}:${port}`;
    if (policy.action.hosts.refuseTunnel(place) === null) return 'unread';
    return opinionOf(policy, judgeOpening({ protocol: 'tcp', name: null, fault: 'silent', dialled }, policy));
  }

  async #serverAt(dialled: Destination, policy: CompiledPolicy): Promise<TunnelTarget | null> {
    for (const { host, port } of serversOn(policy, dialled.port)) {
      const addresses = await this.#resolve(host);
      if (addresses.includes(dialled.address))
        return { host, port, address: dialled.address, admitsHttp: false };
    }
    return null;
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

function opinionOf(policy: CompiledPolicy, ruling: Ruling): ConnectionOpinion {
  const { target, objection } = ruling;
  const passes = target !== null && !isRefused(policy, ruling);
  return opinionOn('outbound', passes ? objection : (objection ?? UNKNOWN), !passes);
}

function isRefused(policy: CompiledPolicy, { objection }: Ruling): boolean {
  return objection !== null && hostsEnforced(policy);
}

function peerOf({ protocol, name, dialled }: Opening, target: TunnelTarget | null): Peer {
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
