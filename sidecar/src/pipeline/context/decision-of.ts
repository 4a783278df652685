import type { Decision, Identity, Peer } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from './boundary.ts';
import { callerOf, callsOf } from './digested.ts';
import type { Outcome } from './outcome.ts';
import type { Facts } from './facts.ts';
import type { Target } from './target.ts';

/** What is known of a decision beside its exchange. */
interface Made {
  readonly kind: Decision['kind'];
  readonly judged: Outcome;
  readonly facts: Partial<Facts>;
  readonly sealed: Decision['sealed'];
  readonly content: Decision['content'];
  readonly peer: Peer | null;
  readonly isIdentified: boolean;
}

/** The exchange, as far as its decisions tell of it. */
interface Decided {
  readonly id: string;
  readonly boundary: Pick<Boundary, 'digests'>;
  readonly policy: CompiledPolicy | null;
  readonly target: Target;
  readonly method: string;
  readonly dialect: Decision['dialect'];
  readonly mcp: Decision['mcp'];
  readonly identity: Identity | null;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A decision as it is recorded. */
export function decisionOf(exchange: Decided, made: Made): Decision {
  const { policy, target } = exchange;
  const { judged, facts } = made;
  const decision: Writable<Decision> = {
    kind: made.kind,
    exchange: exchange.id,
    direction: target.direction,
    dialect: exchange.dialect,
    method: exchange.method,
    path: target.path.slice(0, 256),
    verdict: judged.verdict,
    code: judged.code,
    status: judged.status,
    hits: judged.hits,
    model: facts.model ?? null,
    tools: facts.tools ?? [],
    usage: facts.usage ?? null,
    policy:
      policy === null ? null : { name: policy.name, generation: policy.generation, sha256: policy.sha256 },
    outcome: judged.outcome ?? null,
    content: made.content,
  };
  addMembers(decision, exchange, made);
  return decision;
}

/** Those that many decisions lack. A literal that spreads them costs several times as much as the members that are there. */
function addMembers(
  decision: Writable<Decision>,
  exchange: Decided,
  { judged, facts, sealed, peer, isIdentified }: Made,
): void {
  const { host } = exchange.target;
  if (host !== null) decision.host = host;
  if (host !== null && peer !== null) decision.peer = peer;
  if (judged.tokenised !== undefined) decision.tokenised = judged.tokenised;
  if (isIdentified) Object.assign(decision, callerOf(exchange));
  if (facts.calls !== undefined) Object.assign(decision, callsOf(exchange, facts.calls));
  if (exchange.mcp !== undefined) decision.mcp = exchange.mcp;
  if (facts.origins !== undefined) decision.origins = facts.origins;
  if (facts.tainted !== undefined) decision.tainted = facts.tainted;
  if (facts.served !== undefined) decision.served = facts.served;
  if (sealed !== undefined) decision.sealed = sealed;
}
