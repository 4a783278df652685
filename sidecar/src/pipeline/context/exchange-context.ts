import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Recorded } from '../../audit/record/record.ts';
import { isSampled, type SealTerms } from '../../audit/record/sealer.ts';
import { foundInDecision, type ExchangeSight } from '../../conditions/index.ts';
import type { Spending } from '../../controls/index.ts';
import {
  callerKey,
  type Caller,
  type Decision,
  type Identity,
  type Peer,
  type Refusal,
  type RefusalCode,
  type Usage,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from './boundary.ts';
import type { Target } from './target.ts';
import { beginTrace } from './trace.ts';
import { decisionOf } from './decision-of.ts';
import { Consumption } from './consumption.ts';
import type { Facts } from './facts.ts';
import type { Exhausted } from './meter.ts';
import type { ShadowTap } from './shadow-tap.ts';
import { SharedRates } from './shared-rates.ts';
import { OpenReply, type SettledReply } from './open-reply.ts';
import type { Outcome } from './outcome.ts';
import { sealBodies } from './sealed-bodies.ts';

/** Identity, policy, clock and audit lines of an exchange or a connection. */
export class ExchangeContext {
  readonly id = randomUUID();
  readonly boundary: Boundary;
  readonly method: string;
  readonly target: Target;
  /** The policy of this exchange from start to end (invariant 9). */
  readonly policy: CompiledPolicy | null;
  dialect: Decision['dialect'] = 'opaque';
  /** Undefined until a request to an MCP server was read, and for other exchanges. */
  mcp: Decision['mcp'];
  /** Null: anonymous, or not verified yet. */
  identity: Identity | null = null;
  #isIdentified = false;
  /** For the policy that is judged beside this one; null where there is none. */
  shadow: ShadowTap | null = null;
  /** Null: it has no spans. */
  trace: ReturnType<typeof beginTrace> = null;
  /** The boundary's own time so far, ms; upstream time and waiting for the client's body are not in it. */
  ownMs = 0;
  readonly #consumption = new Consumption();
  #peer: Peer | null = null;
  readonly #sight: ExchangeSight;
  /** Its request was read, and goes to a model. */
  #isOfModel = false;
  #ended = false;
  readonly #startedMs: number;
  /** Comes in pieces. */
  #reply: OpenReply | null = null;

  constructor(boundary: Boundary, method: string, target: Target) {
    this.boundary = boundary;
    this.method = method;
    this.target = target;
    this.policy = boundary.policy.current();
    this.#startedMs = boundary.now();
    this.#sight = boundary.conditions.exchange();
    boundary.telemetry.exchangeStarted(target.direction);
  }

  get ended(): boolean {
    return this.#ended;
  }

  refusal(code: RefusalCode, detail: string | null = null, retryAfterSeconds: number | null = null): Refusal {
    return { code, decision: this.id, detail, retryAfterSeconds };
  }

  /** Notes who calls, where policy asks for that. Null: anonymous. */
  identify(identity: Identity | null): void {
    this.identity = identity;
    this.#isIdentified = true;
  }

  /** Takes a place under the limits of the policy; `end` returns it. */
  enter(caller: Caller): Exhausted | null {
    if (this.policy === null) return null;
    const key = this.target.direction === 'inbound' ? callerKey(caller) : null;
    const entered = this.boundary.meter.enter(this.policy.limits, key, this.boundary.now());
    if ('limit' in entered) return entered;
    this.#consumption.entered(entered);
    return null;
  }

  /** As `enter`, of the replicas together; for an exchange that has a place here. */
  async enterShared(caller: Caller): Promise<Exhausted | 'unreachable' | null> {
    const state = this.policy === null ? null : this.boundary.stateOf(this.policy);
    if (this.policy === null || state === null) return null;
    const key = this.target.direction === 'inbound' ? callerKey(caller) : null;
    const rates = new SharedRates(state, this.policy.limits, key);
    const entered = await rates.enter();
    if (entered === null || entered === 'unreachable') this.#consumption.shares(rates);
    return entered;
  }

  /**
   * Makes a decision durable and counts it. @throws AuditUnavailable when it cannot be made durable and policy requires it.
   */
  record<T>(
    subject: T,
    kind: Decision['kind'],
    outcome: Outcome,
    facts: Partial<Facts> = {},
  ): Promise<Recorded<T>> {
    const rest = kind === 'close' ? this.#restOfReply() : null;
    if (rest === null) return this.#record(subject, kind, outcome, facts);
    const last = this.#record(subject, kind, outcome, { ...facts, ...rest });
    // Its body takes a moment, and no exchange holds up the end of the process for it.
    this.boundary.serviceEnd.waitFor(last);
    return last;
  }

  async #record<T>(
    subject: T,
    kind: Decision['kind'],
    outcome: Outcome,
    facts: Partial<Facts>,
  ): Promise<Recorded<T>> {
    // Without a wait where nothing is kept: decisions are recorded in the order in which they were made.
    const terms = this.#sealing;
    const sealed = terms === null ? undefined : await this.#seal(terms, facts, kind !== 'close');
    const decision = this.#decision(kind, outcome, facts, sealed);
    this.#count(decision);
    this.#see(decision, facts);
    this.shadow?.decided(decision);
    const durable = this.boundary.ledger.record(subject, decision, this.policy?.audit.required ?? true);
    const result = await (this.trace === null ? durable : this.trace.decided(decision, durable));
    this.boundary.log.decision(decision);
    // Of a retry, it is that of the reply before (`used`).
    if (kind !== 'retry') this.used(facts.usage ?? null);
    this.#consumption.served(facts.served?.id ?? null);
    return result;
  }

  /** Notes what the decision shows of the four conditions. */
  #see(decision: Decision, { found, calls = [], isBare, isEarly, contributors }: Partial<Facts>): void {
    this.#isOfModel ||= found !== undefined;
    if (found !== undefined) this.#sight.note(found, true);
    const more = { isBare, isEarly, contributors, isOfModel: this.#isOfModel };
    this.#sight.note(foundInDecision(decision, calls, this.policy, more));
  }

  /** What came back of an uninspected route carries content. */
  passedUnread(): void {
    this.#sight.note({ reasons: [], blind: ['unread'] });
  }

  /** Notes the address that the request was sent to: a name can resolve to any address. */
  connected(peer: Peer): void {
    this.#peer = peer;
  }

  get isConnected(): boolean {
    return this.#peer !== null;
  }

  /** Counts text for the token limit, for servers that do not report usage. */
  metered(chars: number): void {
    this.#consumption.metered(chars);
  }

  /** It is forwarded, and counts under these budgets when it ends. */
  spends(spending: Spending | null = null, requestChars = 0): void {
    this.#consumption.spends(spending, requestChars);
  }

  /** Counts tokens as the model server does. */
  used(usage: Usage | null): void {
    this.#consumption.used(usage);
  }

  /**
   * Before another request, with as much text as the first: counts what was used so far. The rule of a limit that is used up, under which it
   * may not be sent; null: it may. Of replicas that count together, also by what the others used.
   */
  goesOn(): Promise<string | null> {
    return this.#consumption.goesOn(this.boundary.now(), this.policy?.state?.onUnreachable === 'refuse');
  }

  /** The last request was not sent, or no model answered it: it counts nothing. */
  unanswered(): void {
    this.#consumption.unanswered();
  }

  /** Ends the exchange: returns its place and closes its counters. Idempotent. */
  end(outcome: NonNullable<Decision['outcome']>, status: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const { telemetry } = this.boundary;
    const { direction } = this.target;
    const tokens = this.#consumption.end(this.#charsOfAnswer(outcome, status));
    telemetry.exchangeEnded(direction);
    telemetry.exchange(this.dialect, direction, outcome, status);
    telemetry.overhead(direction, this.ownMs / 1000);
    const wholeMs = this.boundary.now() - this.#startedMs;
    if (this.isConnected) telemetry.upstream(direction, Math.max(0, wholeMs - this.ownMs) / 1000);
    this.boundary.recent?.ended(this.id, { boundaryMs: this.ownMs, wholeMs });
    this.shadow?.ended(outcome, tokens);
    this.trace?.ended({ outcome, status, dialect: this.dialect, ownMs: this.ownMs });
  }

  /** Null where no model answered: the request was not sent, or the server failed. */
  #charsOfAnswer(
    outcome: NonNullable<Decision['outcome']>,
    status: number,
  ): { readonly request: number; readonly reply: number } | null {
    const { chars } = this.#consumption;
    const failed =
      outcome === 'upstream_failed' ? chars.reply === 0 : outcome === 'completed' && status >= 400;
    return this.isConnected && !failed ? chars : null;
  }

  #decision(
    kind: Decision['kind'],
    judged: Outcome,
    facts: Partial<Facts>,
    sealed: Decision['sealed'],
  ): Decision {
    const content = this.#commitments(facts);
    const [peer, isIdentified] = [this.#peer, this.#isIdentified];
    return decisionOf(this, { kind, judged, facts, sealed, content, peer, isIdentified });
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

  /** A reply that comes in pieces. `drained` is told whenever more of it may come. */
  beginReply(drained?: () => void): OpenReply {
    const commits = this.policy?.audit.content === 'commit';
    const terms = this.#sealing;
    this.#reply = new OpenReply(
      commits ? (this.boundary.commitments?.begin(this.id, 'response') ?? null) : null,
      terms === null ? null : (this.boundary.sealer?.begin('response', terms, drained) ?? null),
    );
    return this.#reply;
  }

  /** What arrived of a reply that broke off before its last decision; null where nothing of it is kept. */
  #restOfReply(): SettledReply | null {
    if (this.#sealing === null) return null;
    const rest = this.#reply?.settle() ?? null;
    return (rest?.responseSeal ?? null) === null ? null : rest;
  }

  /** Null where no body of this exchange is kept. */
  get #sealing(): SealTerms | null {
    const terms = this.policy?.audit.sealed ?? null;
    return terms !== null && isSampled(this.id, terms.sample) ? terms : null;
  }

  /**
   * Undefined where there is no body. @throws AuditUnavailable where one cannot be kept, policy requires the record, and something still
   * `waits` for it
   */
  async #seal(terms: SealTerms, facts: Partial<Facts>, waits: boolean): Promise<Decision['sealed']> {
    const { sealer } = this.boundary;
    try {
      if (sealer === null) throw new Error('there is no folder to keep bodies in');
      return await sealBodies(sealer, terms, facts);
    } catch (fault) {
      this.boundary.telemetry.auditError();
      if (waits && this.policy?.audit.required !== false) throw fault;
      return undefined;
    }
  }

  #count({ kind, hits, model, verdict, code, mcp }: Decision): void {
    if (code === 'detector_unavailable') this.boundary.telemetry.detectorError(kind);
    if (kind === 'close' || kind === 'retry') return;
    const { telemetry } = this.boundary;
    const { direction } = this.target;
    if (mcp !== undefined) telemetry.mcp(mcp, kind, verdict, direction);
    for (const hit of hits) telemetry.decision(hit.control, hit.action, hit.rule, hit.mode, model, direction);
    if (hits.length > 0) return;
    // A refusal without a rule (an unreadable body, a limit, a host) counts under its code.
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
    this.trace = beginTrace(this, request.headers);
  }

  /** The client's address; empty after it disconnected. */
  get caller(): string {
    return this.request.socket.remoteAddress ?? '';
  }
}
