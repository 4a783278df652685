import type { Hit } from '../exchange/verdict.ts';
import type { Direction } from '../exchange/index.ts';

/** What one receiver of the record has not got. */
export interface UnsentRecord {
  readonly endpoint: string;
  readonly required: boolean;
  readonly lines: number;
  readonly bytes: number;
  readonly ageMs: number;
  /** Lines that were pruned before they were sent. */
  readonly prunedLines: number;
}

/** What the rest of the sidecar tells the outside. Every method is cheap and never throws; none takes content. */
export interface Telemetry {
  /** One per hit, and one `allow` per control without a hit. `model` is as the caller wrote it: bounded here. */
  decision(
    control: Hit['control'],
    action: 'allow' | Hit['action'],
    rule: string,
    mode: Hit['mode'],
    model: string | null,
    direction: Direction,
  ): void;
  exchange(dialect: string, direction: Direction, outcome: string, status: number): void;
  /** A request goes out once more. */
  retried(direction: Direction): void;
  /** A message that was turned away before it was an exchange; `reason` is of a closed set. */
  messageRefused(direction: Direction, reason: string): void;
  /** A connection that is not inspected. `host` is `host:port` or an address, as known; bounded here. */
  connection(direction: Direction, protocol: 'tcp' | 'tls', verdict: string, host: string): void;
  /** How many ports of `endpoints.tcp` this pod has no listener for. */
  restartNeeded(ports: number): void;
  exchangeStarted(direction: Direction): void;
  exchangeEnded(direction: Direction): void;
  /** Time that the boundary itself added, without upstream time, in seconds. */
  overhead(direction: Direction, seconds: number): void;
  /** Request sent to first byte released, for streams, in seconds. */
  timeToFirstToken(direction: Direction, seconds: number): void;
  /** UTF-16 code units held back right now, over all streams. */
  held(delta: number): void;
  detectorError(detector: string): void;
  /** Durability wait of one record, in seconds. */
  auditLag(seconds: number): void;
  auditError(): void;
  /** Size of the folder of the record and what it may hold. */
  auditBytes(bytes: number, limitBytes: number): void;
  /** What every receiver of the record has not got is asked for when metrics are read. */
  recordUnsent(read: () => readonly UnsentRecord[]): void;
  /** One export of the record ended; `result` is of a closed set. */
  recordExported(endpoint: string, result: string): void;
  /** A head of the record was sent to the anchor; `result` is of a closed set. */
  anchorHead(result: string): void;
  /** Seconds since the anchor took one is asked for when metrics are read; null: it never did. */
  anchorAge(read: () => number | null): void;
  policyLoaded(name: string, generation: number, sha256: string, loadedAtMs: number): void;
  policyRejected(): void;
}
