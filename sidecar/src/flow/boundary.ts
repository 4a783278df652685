import type { Commitments } from '../audit/commitment.ts';
import type { Decision, Ledger } from '../audit/record.ts';
import type { Opaque } from '../forward/opaque.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { PolicySource } from '../policy/compiled.ts';
import type { Log } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Meter } from './meter.ts';

/** Everything that an exchange needs on its way; made once in `main.ts`. */
export interface Boundary {
  readonly policy: PolicySource;
  readonly ledger: Ledger;
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly upstream: Upstream;
  readonly opaque: Opaque;
  readonly meter: Meter;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Null where no key can be kept: bodies then leave no trace in the record. */
  readonly commitments: Commitments | null;
  /** How long a client may leave a full buffer unread. */
  readonly stallTimeoutMs: number;
}

/** Where an exchange goes. */
export interface Target {
  /** `http(s)://host:port`, without a path. */
  readonly origin: string;
  /** Path as the upstream shall see it, raw, without the query. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** `host[:port]` outbound; null inbound. */
  readonly host: string | null;
  readonly direction: Decision['direction'];
}
