import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { OpenCommitment } from '../../audit/record/commitment.ts';
import type { Recorded } from '../../audit/record/record.ts';
import type { Decision, Hit, Peer, Refusal, RefusalCode, Usage, Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary, Target } from './boundary.ts';

/** What is known of an exchange when one of its decisions is recorded. */
export interface Facts {
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly usage: Usage | null;
  readonly origins: Decision['origins'];
  readonly tainted: boolean | undefined;
  readonly served: Decision['served'];
  readonly request: Uint8Array | null;
  readonly response: Uint8Array | null;
  /** The commitment to a reply that came in pieces, in place of `response`. */
  readonly responseCommitment: string | null;
}

/** What English takes on average. Servers count exactly, but only those that report usage. */
const CHARS_PER_TOKEN = 4;

/** Anything that passes the boundary, or wants to: identity, policy, clock, and its lines in the record. */
export class ExchangeContext {
  readonly id = randomUUID();
  readonly boundary: Boundary;
  readonly method: string;
  readonly target: Target;
  /** The policy of this exchange from start to end (invariant 9). */
  readonly policy: CompiledPolicy | null;
  dialect: Decision['dialect'] = 'opaque';
  /** The boundary's own time so far, ms; upstream time and waiting for the client's body are not in it. */
  ownMs = 0;
  /** Input and output, as the model server counted them. */
  #tokens = 0;
  #peer: Peer | null = null;
  #chars = 0;
  #metered = false;
  #ended = false;

  constructor(boundary: Boundary, method: string, target: Target) {
    this.boundary = boundary;
    this.method = method;
    this.target = target;
    this.policy = boundary.policy.current();
    boundary.telemetry.exchangeStarted(target.direction);
  }

  get ended(): boolean {
    return this.#ended;
  }

  refusal(code: RefusalCode, detail: string | null = null, retryAfterSeconds: number | null = null): Refusal {
    return { code, decision: this.id, detail, retryAfterSeconds };
  }

  /** Takes a place under the limits of the policy; the place is given back when the session ends. */
  enter(): ReturnType<Boundary['meter']['enter']> {
    if (this.policy === null) return null;
    const exhausted = this.boundary.meter.enter(this.policy.limits, this.boundary.now());
    this.#metered = exhausted === null;
    return exhausted;
  }

  /**
   * Makes a decision durable and counts it. @throws AuditUnavailable when it cannot be made durable and policy requires it.
   */
  async record<T>(
    subject: T,
    kind: Decision['kind'],
    outcome: Outcome,
    facts: Partial<Facts> = {},
  ): Promise<Recorded<T>> {
    const decision = this.#decision(kind, outcome, facts);
    this.#count(decision);
    const result = await this.boundary.ledger.record(subject, decision, this.policy?.audit.required ?? true);
    this.boundary.log.decision(decision);
    this.#tokens += (facts.usage?.outputTokens ?? 0) + (facts.usage?.inputTokens ?? 0);
    return result;
  }

  /** Notes where the request really goes: a name may lead anywhere. */
  connected(peer: Peer): void {
    this.#peer = peer;
  }

  get isConnected(): boolean {
    return this.#peer !== null;
  }

  /** Notes text of the exchange, to be metered where the server does not say how many tokens it was. */
  metered(chars: number): void {
    this.#chars += chars;
  }

  /** The exchange is over: gives back its place and closes its counters. Idempotent. */
  end(outcome: NonNullable<Decision['outcome']>, status: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const { telemetry, meter } = this.boundary;
    const { direction } = this.target;
    if (this.#metered)
      meter.leave(this.#tokens > 0 ? this.#tokens : Math.ceil(this.#chars / CHARS_PER_TOKEN));
    telemetry.exchangeEnded(direction);
    telemetry.exchange(this.dialect, direction, outcome, status);
    telemetry.overhead(direction, this.ownMs / 1000);
  }

  #decision(kind: Decision['kind'], outcome: Outcome, facts: Partial<Facts>): Decision {
    const { policy } = this;
    return {
      kind,
      exchange: this.id,
      direction: this.target.direction,
      dialect: this.dialect,
      method: this.method,
      path: this.target.path.slice(0, 256),
      ...(this.target.host === null ? {} : { host: this.target.host }),
      ...(this.target.host === null || this.#peer === null ? {} : { peer: this.#peer }),
      verdict: outcome.verdict,
      code: outcome.code,
      status: outcome.status,
      hits: outcome.hits,
      model: facts.model ?? null,
      tools: facts.tools ?? [],
      usage: facts.usage ?? null,
      ...(facts.origins === undefined ? {} : { origins: facts.origins }),
      ...(facts.tainted === undefined ? {} : { tainted: facts.tainted }),
      ...(facts.served === undefined ? {} : { served: facts.served }),
      policy:
        policy === null ? null : { name: policy.name, generation: policy.generation, sha256: policy.sha256 },
      outcome: outcome.outcome ?? null,
      content: this.#commitments(facts),
    };
  }

  #commitments({
    request = null,
    response = null,
    responseCommitment = null,
  }: Partial<Facts>): Decision['content'] {
    const { commitments } = this.boundary;
    if (commitments === null || this.policy?.audit.content !== 'commit') return null;
    if (request === null && response === null && responseCommitment === null) return null;
    const commit = (part: 'request' | 'response', body: Uint8Array | null): string | null =>
      body === null ? null : commitments.commit(this.id, part, body).commitment;
    return {
      request: commit('request', request),
      response: responseCommitment ?? commit('response', response),
    };
  }

  /** Begins the commitment to a reply that comes in pieces; null where policy or key do not provide for one. */
  beginCommitment(): OpenCommitment | null {
    if (this.policy?.audit.content !== 'commit') return null;
    return this.boundary.commitments?.begin(this.id, 'response') ?? null;
  }

  #count({ kind, hits, model, verdict, code }: Decision): void {
    if (code === 'detector_unavailable') this.boundary.telemetry.detectorError(kind);
    if (kind === 'close' || kind === 'retry') return;
    const { telemetry } = this.boundary;
    const { direction } = this.target;
    for (const hit of hits) telemetry.decision(hit.control, hit.action, hit.rule, hit.mode, model, direction);
    if (hits.length > 0) return;
    // A refusal that no rule made (a body that cannot be read, a limit, a host) counts under its code.
    const blocked = verdict === 'block';
    const mode = blocked ? 'enforce' : (this.policy?.mode ?? 'enforce');
    telemetry.decision(
      kind,
      blocked ? 'block' : 'allow',
      blocked ? (code ?? 'none') : 'none',
      mode,
      model,
      direction,
    );
  }
}

/** One HTTP exchange from its first byte to its end. */
export class HttpExchange extends ExchangeContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;

  constructor(boundary: Boundary, request: IncomingMessage, response: ServerResponse, target: Target) {
    super(boundary, request.method ?? '', target);
    this.request = request;
    this.response = response;
  }

  /** The client's address; empty where it has gone. */
  get caller(): string {
    return this.request.socket.remoteAddress ?? '';
  }
}

/** What a decision comes to, in the words of the record. */
export interface Outcome {
  readonly verdict: Decision['verdict'];
  readonly code: RefusalCode | null;
  readonly status: number | null;
  readonly hits: readonly Hit[];
  readonly outcome?: Decision['outcome'];
}

/** A verdict in the words of the record. */
export function outcomeOf(verdict: Verdict, status: number | null): Outcome {
  return {
    verdict: verdict.kind,
    code: verdict.kind === 'block' ? verdict.code : null,
    status,
    hits: verdict.hits,
  };
}

type Refused = Pick<Refusal, 'code' | 'isOurs'>;

/** A refusal that no rule of a policy made: malformed, too large, unavailable. */
export function refusedOutcome(refused: Refused, status: number, hits: readonly Hit[] = []): Outcome {
  return { verdict: 'block', code: refused.code, status, hits, outcome: endOf(refused) };
}

/** How a refused exchange ended: by the server's fault, or by the boundary's decision. */
export function endOf({ code, isOurs = false }: Refused): 'refused' | 'upstream_failed' {
  const isFault = code === 'upstream_unavailable' || code === 'response_malformed';
  return isFault && !isOurs ? 'upstream_failed' : 'refused';
}
