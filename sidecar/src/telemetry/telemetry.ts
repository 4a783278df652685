import type { Hit } from '../exchange/verdict.ts';
import type { Direction, McpFacts } from '../exchange/index.ts';

/** Records that one receiver has not acknowledged. */
export interface UnsentRecord {
  readonly endpoint: string;
  readonly required: boolean;
  readonly lines: number;
  readonly bytes: number;
  readonly ageMs: number;
  /** Lines pruned before delivery. */
  readonly prunedLines: number;
}

/** 1: met, 0: not met, -1: not known yet. */
type MeasuredState = 1 | 0 | -1;

/** The measurements of the sidecar. Every method is cheap and never throws; none takes content. */
export interface Telemetry {
  /** One call per hit, and one with `allow` per control without a hit. `model` as the caller wrote it: bounded here. */
  decision(
    control: Hit['control'],
    action: 'allow' | Hit['action'],
    rule: string,
    mode: Hit['mode'],
    model: string | null,
    direction: Direction,
  ): void;
  /** One decision about an exchange with an MCP server; everything is from closed sets. */
  mcp(facts: McpFacts, control: string, verdict: string, direction: Direction): void;
  exchange(dialect: string, direction: Direction, outcome: string, status: number): void;
  /** A request is sent again. */
  retried(direction: Direction): void;
  /** A message was rejected before it was an exchange; `reason` is from a closed set. */
  messageRefused(direction: Direction, reason: string): void;
  /** An uninspected connection. `host` is `host:port` or an address, as known; bounded here. */
  connection(direction: Direction, protocol: 'tcp' | 'tls', verdict: string, host: string): void;
  /** Number of ports of `endpoints.tcp` without a listener in this pod. */
  restartNeeded(ports: number): void;
  exchangeStarted(direction: Direction): void;
  exchangeEnded(direction: Direction): void;
  /** Time added by the boundary, without upstream time, in seconds. */
  overhead(direction: Direction, seconds: number): void;
  /** All other time of an exchange that reached its upstream, in seconds. */
  upstream(direction: Direction, seconds: number): void;
  /** From sending the request to the first released byte of a stream, in seconds. */
  timeToFirstToken(direction: Direction, seconds: number): void;
  /** UTF-16 code units held back, over all streams. */
  held(delta: number): void;
  detectorError(detector: string): void;
  /** A call was allowed by `schema: offered`, and any arguments fit that schema. */
  openlyCalled(direction: Direction): void;
  /** The server of shared state was asked; `result` is from a closed set. `seconds`: until it answered. */
  stateAsked(result: 'answered' | 'failed' | 'late' | 'paused', seconds?: number): void;
  stateReachable(isReachable: boolean): void;
  /** The classifier of the policy was asked about one text or window. `seconds`: until it answered. */
  classifierAsked(
    result: 'answered' | 'too-long' | 'late' | 'failed' | 'invalid' | 'paused',
    seconds?: number,
  ): void;
  /** Nothing is asked for a while, since it failed several times in a row. */
  classifierPaused(isPaused: boolean): void;
  /** What the classifier says of a text; `attack`: it counts by itself. */
  classified(result: 'attack' | 'other' | 'unanswered'): void;
  /** An exchange does not meet one of the four conditions; both are from closed sets. */
  conditionBroken(condition: string, reason: string): void;
  /** `read` returns the state of each condition, and `all`, and is called when metrics are read. */
  conditionStates(read: () => readonly (readonly [condition: string, state: MeasuredState])[]): void;
  /** Time until one record was durable, in seconds. */
  auditLag(seconds: number): void;
  auditError(): void;
  /** Size of the folder of the record and its limit. */
  auditBytes(bytes: number, limitBytes: number): void;
  /** `read` returns the unacknowledged records of every receiver, and is called when metrics are read. */
  recordUnsent(read: () => readonly UnsentRecord[]): void;
  /** One export of the record ended; `result` is from a closed set. */
  recordExported(endpoint: string, result: string): void;
  /** One export of spans or metrics ended; both are from closed sets. */
  otlpExported(signal: string, result: string): void;
  /** Spans were not exported: the queue was full, or their batch was given up. */
  spansDropped(reason: 'queue' | 'export', spans: number): void;
  /** A head of the record was sent to the anchor; `result` is from a closed set. */
  anchorHead(result: string): void;
  /** `read` returns the seconds since the anchor last accepted a head, and is called when metrics are read; null: never. */
  anchorAge(read: () => number | null): void;
  policyLoaded(name: string, generation: number, sha256: string, loadedAtMs: number): void;
  policyRejected(): void;
  /** Another policy is judged beside the live one, or none (null). */
  shadowChanged(sha256: string | null): void;
  /**
   * One exchange was judged by the shadow, or left out. `control` and `code` are those of the refusal that one of the two policies makes;
   * of an exchange that was left out, `code` says why. All are of closed sets.
   */
  shadowJudged(direction: Direction, result: string, control: string, code: string): void;
  /** What was to be judged beside the live policy cannot be used. */
  shadowRejected(): void;
}
