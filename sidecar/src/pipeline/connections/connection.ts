import { randomUUID } from 'node:crypto';

import { AuditUnavailable } from '../../audit/log/unavailable.ts';
import { foundInDecision, type ExchangeSight } from '../../conditions/index.ts';
import type { Recorded } from '../../audit/record/record.ts';
import type { ConnectionFacts, Decision, Direction, Hit, Mode, RefusalCode } from '../../exchange/index.ts';
import type { TunnelEnd } from '../../forward/tunnel.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from '../context/boundary.ts';
import type { ConnectionOpinion, JudgeUnder } from '../context/shadow-tap.ts';

/** Why a connection that is not inspected was closed, or in observe mode would have been. */
export interface Objection {
  readonly rule: string;
  readonly code: RefusalCode;
  /** For the log: the observation, and the policy key that would allow it. */
  readonly text: string;
}

/** No connection starts while the record is undelivered. */
export const UNDELIVERED: Objection = {
  rule: 'audit.undelivered',
  code: 'audit_undelivered',
  text: 'audit records have not been delivered for too long to a sink with audit.sinks[].otlp.required, or heads to the anchor (audit.anchor: required)',
};

/** The destination of a connection, as far as it is known. */
export type Peer = Pick<ConnectionFacts, 'protocol' | 'host' | 'port' | 'address'>;

/** The parts of the boundary that judging and recording a connection need. */
export type ConnectionBoundary = Pick<
  Boundary,
  'policy' | 'ledger' | 'telemetry' | 'conditions' | 'log' | 'shadow'
>;

const STATUS = { passed: 200, refused: 403 } as const;

/** Records one uninspected connection in the audit record, the log and the metrics: a line at its start, one at its end. */
export class ConnectionRecord {
  readonly #id = randomUUID();
  readonly #boundary: ConnectionBoundary;
  readonly #direction: Direction;
  readonly #policy: CompiledPolicy | null;
  readonly #peer: Peer;
  readonly #judgeUnder: JudgeUnder;
  readonly #sight: ExchangeSight;

  /** `judgeUnder`: the same connection, for the policy that is judged beside the live one. */
  constructor(
    boundary: ConnectionBoundary,
    direction: Direction,
    policy: CompiledPolicy | null,
    { peer, judgeUnder }: { readonly peer: Peer; readonly judgeUnder: JudgeUnder },
  ) {
    this.#boundary = boundary;
    this.#direction = direction;
    this.#policy = policy;
    this.#peer = peer;
    this.#judgeUnder = judgeUnder;
    this.#sight = boundary.conditions.exchange();
  }

  /** Resolves when the connection may proceed. `objection`: why enforcing would refuse it. @throws AuditUnavailable */
  async begun<T>(subject: T, objection: Objection | null): Promise<Recorded<T>> {
    const hits = objection === null ? [] : [this.#hit(objection, 'observe')];
    const recorded = await this.#write(subject, {
      kind: this.#control(),
      verdict: 'pass',
      code: null,
      status: null,
      hits,
      outcome: null,
    });
    this.#shadowed('pass', null);
    this.#count(objection === null ? 'pass' : 'observed');
    return recorded;
  }

  /** The connection was refused before it reached a server. Never rejects: it is closed whether or not the record succeeds. */
  async refused(objection: Objection): Promise<void> {
    const { log } = this.#boundary;
    log.warning(`a connection was closed: ${objection.text}`);
    this.#count('block');
    await this.#attempt({
      kind: this.#control(),
      verdict: 'block',
      code: objection.code,
      status: STATUS.refused,
      hits: [this.#hit(objection, 'enforce')],
      outcome: 'refused',
    });
    this.#shadowed('block', objection.code);
  }

  /** Never rejects: the data has already passed. */
  async ended(end: TunnelEnd, objection: Objection | null = null): Promise<void> {
    if (objection !== null) this.#boundary.log.warning(`a connection was cut: ${objection.text}`);
    const outcome = end.connected ? 'completed' : 'upstream_failed';
    await this.#attempt(
      {
        kind: 'close',
        verdict: objection === null ? 'pass' : 'block',
        code: objection?.code ?? null,
        status: null,
        hits: objection === null ? [] : [this.#hit(objection, 'enforce')],
        outcome: objection === null ? outcome : 'refused',
      },
      end,
    );
  }

  async #attempt(outcome: Written, end?: TunnelEnd): Promise<void> {
    try {
      await this.#write(null, outcome, end);
    } catch (error) {
      if (!(error instanceof AuditUnavailable)) this.#boundary.log.unexpected(this.#id, error);
    }
  }

  async #write<T>(subject: T, outcome: Written, end?: TunnelEnd): Promise<Recorded<T>> {
    const decision: Decision = {
      ...outcome,
      exchange: this.#id,
      direction: this.#direction,
      dialect: 'opaque',
      method: this.#peer.protocol === 'tls' ? 'CONNECT' : 'TCP',
      path: '',
      model: null,
      tools: [],
      usage: null,
      policy:
        this.#policy === null
          ? null
          : {
              name: this.#policy.name,
              generation: this.#policy.generation,
              sha256: this.#policy.sha256,
            },
      content: null,
      connection: {
        ...this.#peer,
        address: end?.address ?? this.#peer.address,
        bytesSent: end?.bytesSent ?? null,
        bytesReceived: end?.bytesReceived ?? null,
      },
    };
    const { ledger, log, telemetry } = this.#boundary;
    for (const hit of outcome.hits)
      telemetry.decision(hit.control, hit.action, hit.rule, hit.mode, null, this.#direction);
    this.#sight.note(foundInDecision(decision, [], this.#policy));
    const recorded = await ledger.record(subject, decision, this.#policy?.audit.required ?? true);
    log.decision(decision);
    return recorded;
  }

  #shadowed(verdict: 'pass' | 'block', code: RefusalCode | null): void {
    this.#boundary.shadow?.connection({
      id: this.#id,
      direction: this.#direction,
      live: { verdict, code, control: this.#control() },
      judgeUnder: this.#judgeUnder,
    });
  }

  #control(): 'action' | 'ingress' {
    return controlOf(this.#direction);
  }

  #hit(objection: Objection, mode: Mode): Hit {
    return hitOf(this.#direction, objection, mode);
  }

  #count(verdict: string): void {
    const { protocol, host, address, port } = this.#peer;
    const name = host ?? address;
    this.#boundary.telemetry.connection(
      this.#direction,
      protocol,
      verdict,
      name === null ? 'unknown' : `${name.includes(':') ? `[${name}]` : name}:${port ?? 'unknown'}`,
    );
  }
}

function controlOf(direction: Direction): 'action' | 'ingress' {
  return direction === 'outbound' ? 'action' : 'ingress';
}

function hitOf(direction: Direction, { rule, code }: Objection, mode: Mode): Hit {
  return { control: controlOf(direction), rule, action: 'block', code, mode, pointer: null };
}

/** `isRefused`: what is objected to is not only observed. */
export function opinionOn(
  direction: Direction,
  objection: Objection | null,
  isRefused: boolean,
): ConnectionOpinion {
  const control = controlOf(direction);
  const hits = objection === null ? [] : [hitOf(direction, objection, isRefused ? 'enforce' : 'observe')];
  return isRefused
    ? { verdict: 'block', code: objection?.code ?? 'host_not_allowed', control, hits }
    : { verdict: 'pass', code: null, control, hits };
}

type Written = Pick<Decision, 'kind' | 'verdict' | 'code' | 'status' | 'hits' | 'outcome'>;

/** Time limit for recording the end of a connection whose client is gone. */
const SETTLE_MS = 2_000;

/** Connections whose end is not recorded yet; the log is closed after them. */
export class Pending {
  readonly #open = new Set<Promise<void>>();

  /** Call it at the start of a connection, and the result with the promise of its end record. */
  begin(): (work: Promise<void>) => void {
    let settle: (work: Promise<void>) => void = () => undefined;
    const end = new Promise<void>((resolve) => (settle = resolve));
    this.#open.add(end);
    void end.finally(() => this.#open.delete(end));
    return settle;
  }

  /** Resolves when all ends are recorded, or after two seconds. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, SETTLE_MS)));
    await Promise.race([Promise.allSettled(this.#open), late]);
    clearTimeout(timer);
  }
}
