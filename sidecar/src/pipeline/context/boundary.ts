import type { KeySource } from '../../callers/index.ts';
import type { Commitments } from '../../audit/record/commitment.ts';
import type { Digests } from '../../audit/record/digests.ts';
import type { Ledger } from '../../audit/record/record.ts';
import type { Sealer } from '../../audit/record/sealer.ts';
import type { ConditionsWatch } from '../../conditions/index.ts';
import type { Classifier, ConversationMemory, McpMemory, SharedState } from '../../controls/index.ts';
import type { Opaque } from '../../forward/opaque.ts';
import type { Upstream } from '../../forward/upstream.ts';
import type { CompiledPolicy, PolicySource } from '../../policy/compile/compiled.ts';
import type { RecentExchanges } from '../../recent/index.ts';
import type { Log } from '../../telemetry/log.ts';
import type { OpenSchemas } from '../../telemetry/open-schemas.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { CrossOrigin } from './cross-origin.ts';
import type { Meter } from './meter.ts';
import type { ReferenceMemory } from '../inspect/reference-memory.ts';
import type { ServiceEnd } from './service-end.ts';
import type { Shadowing } from './shadow-tap.ts';

/** The services that every exchange uses; created once in `sidecar.ts`. */
export interface Boundary {
  readonly policy: PolicySource;
  readonly ledger: Ledger;
  readonly telemetry: Telemetry;
  /** What exchanges show of the four conditions. */
  readonly conditions: Pick<ConditionsWatch, 'exchange'>;
  readonly log: Log;
  readonly upstream: Upstream;
  readonly opaque: Opaque;
  readonly meter: Meter;
  /** Definitions and sessions of MCP servers seen by this sidecar. */
  readonly mcp: McpMemory;
  /** IDs and sealed data delivered in replies. */
  readonly references: ReferenceMemory;
  /** What was said in conversations. */
  readonly conversations: ConversationMemory;
  /** What the replicas of the workload share under a policy; null where it names no server. */
  readonly stateOf: (policy: CompiledPolicy) => SharedState | null;
  /** The classifier that a policy names; null where it names none. */
  readonly classifierOf: (policy: CompiledPolicy) => Classifier | null;
  readonly openSchemas: Pick<OpenSchemas, 'seen'>;
  /** JWK Sets that issuers of the policy serve. */
  readonly keySource: KeySource;
  /** CORS headers that upstreams sent, by origin. */
  readonly crossOrigin: CrossOrigin;
  /** The last exchanges, for the console. Absent: none are kept. */
  readonly recent?: Pick<RecentExchanges, 'ended'>;
  /** Null: exchanges have no spans. */
  readonly tracing: Tracing | null;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Runs `run` after `ms` milliseconds; the returned function cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** Signals that the process is about to stop. */
  readonly serviceEnd: ServiceEnd;
  /** Null: no policy is judged beside the live one. */
  readonly shadow: Shadowing | null;
  /** Null without a key: bodies are then not committed to in the record. */
  readonly commitments: Commitments | null;
  /** Of arguments of tool calls; null where there is no key: the record then has their names alone. */
  readonly digests: Digests | null;
  /** Null where there is no folder to keep bodies in. */
  readonly sealer: Sealer | null;
  /** Time limit for a client that does not drain a full buffer. */
  readonly stallTimeoutMs: number;
}

/** System clock for `Boundary.later`. Does not keep the process alive. */
export function afterMs(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
