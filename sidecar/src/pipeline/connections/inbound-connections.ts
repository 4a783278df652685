import type { Recorded } from '../../audit/record/record.ts';
import { permit, type Permitted } from '../../controls/index.ts';
import type { TunnelEnd, TunnelTarget } from '../../forward/tunnel.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import {
  ConnectionRecord,
  opinionOn,
  Pending,
  UNDELIVERED,
  type ConnectionBoundary,
  type Objection,
} from './connection.ts';

/** An admitted and recorded inbound connection to a port of `endpoints.tcp`. */
export interface InboundAdmission {
  readonly target: Recorded<Permitted<TunnelTarget>>;
  readonly ended: (end: TunnelEnd) => void;
}

/** Connections of clients to ports of the pod that do not speak HTTP. */
export class InboundConnections {
  readonly #boundary: ConnectionBoundary;
  readonly #pending = new Pending();

  constructor(boundary: ConnectionBoundary) {
    this.#boundary = boundary;
  }

  /** `client`: the address that the connection came from. Null: close it. @throws AuditUnavailable */
  async admit(target: TunnelTarget, client: string): Promise<InboundAdmission | null> {
    const policy = this.#boundary.policy.current();
    const { port } = target;
    const record = new ConnectionRecord(this.#boundary, 'inbound', policy, {
      peer: { protocol: 'tcp', host: null, port, address: client },
      judgeUnder: (other) => {
        const objection = objectionTo(port, other);
        return Promise.resolve(opinionOn('inbound', objection, isRefused(other, objection)));
      },
    });
    const objection = policy === null ? notListed(port) : objectionTo(port, policy);
    if (policy === null || isRefused(policy, objection)) {
      await record.refused(objection ?? notListed(port));
      return null;
    }
    if (this.#boundary.ledger.isBacklogged()) {
      await record.refused(UNDELIVERED);
      return null;
    }
    const recorded = await record.begun(permit(target, { kind: 'allow', hits: [] }), objection);
    const settle = this.#pending.begin();
    return {
      target: recorded,
      // The recorded address stays that of the client: the server's is the pod's own.
      ended: (end) =>
        settle(record.ended({ ...end, address: client }, end.spokeHttp ? spokeHttp(port) : null)),
    };
  }

  settled(): Promise<void> {
    return this.#pending.settled();
  }
}

function objectionTo(port: number, { endpoints }: CompiledPolicy): Objection | null {
  return endpoints.tcp.includes(port) ? null : notListed(port);
}

function isRefused({ mode }: CompiledPolicy, objection: Objection | null): boolean {
  return objection !== null && mode === 'enforce';
}

function notListed(port: number): Objection {
  return {
    rule: 'port.not-listed',
    code: 'endpoint_not_allowed',
    text: `to port ${port} of the pod, which endpoints.tcp no longer lists`,
  };
}

function spokeHttp(port: number): Objection {
  return {
    rule: 'tcp.http',
    code: 'endpoint_not_allowed',
    text: `to port ${port} of the pod: the client sent HTTP to a port of endpoints.tcp; remove the port from that list, so that it is inspected`,
  };
}
