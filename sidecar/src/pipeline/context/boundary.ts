import type { Decision } from '../../exchange/index.ts';
import type { Commitments } from '../../audit/record/commitment.ts';
import type { Ledger } from '../../audit/record/record.ts';
import type { McpMemory } from '../../controls/index.ts';
import type { Opaque } from '../../forward/opaque.ts';
import type { Upstream } from '../../forward/upstream.ts';
import type { PolicySource } from '../../policy/compile/compiled.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { CrossOrigin } from './cross-origin.ts';
import type { Meter } from './meter.ts';
import type { ReferenceMemory } from '../inspect/reference-memory.ts';
import type { ServiceEnd } from './service-end.ts';

/** Everything that an exchange needs on its way; made once in `sidecar.ts`. */
export interface Boundary {
  readonly policy: PolicySource;
  readonly ledger: Ledger;
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly upstream: Upstream;
  readonly opaque: Opaque;
  readonly meter: Meter;
  /** What this sidecar has seen of MCP servers. */
  readonly mcp: McpMemory;
  /** The ids and sealed data that replies have brought. */
  readonly references: ReferenceMemory;
  /** What upstreams tell pages of other origins. */
  readonly crossOrigin: CrossOrigin;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Runs something after so many milliseconds; what it returns takes that back. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** Tells when the process is about to end. */
  readonly serviceEnd: ServiceEnd;
  /** Null where no key can be kept: bodies then leave no trace in the record. */
  readonly commitments: Commitments | null;
  /** How long a client may leave a full buffer unread. */
  readonly stallTimeoutMs: number;
}

/** Where an exchange goes. */
export interface Target {
  /** `http(s)://host[:port]`, without a path; empty where it goes nowhere. */
  readonly origin: string;
  /** Path and query as the upstream shall see them, raw. */
  readonly url: string;
  /** The path by which the dialect is found: without the query and without a provider's base path. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** `host[:port]` outbound; null inbound. */
  readonly host: string | null;
  /** True where the client's own `Host` goes on under a policy that observes. Default: `host` does, where it is not null. */
  readonly keepsHost?: boolean;
  readonly direction: Decision['direction'];
}

/** Takes `url` apart; `base` is what precedes the dialect's path. */
export function targetOf(
  url: string,
  { origin, host, direction }: Pick<Target, 'origin' | 'host' | 'direction'>,
  base = '',
): Target {
  const mark = url.indexOf('?');
  const path = (mark < 0 ? url : url.slice(0, mark)).slice(base.length);
  return { origin, url, path, query: mark < 0 ? '' : url.slice(mark + 1), host, direction };
}

/** The clock of the system, for `Boundary.later`. Keeps no process alive. */
export function afterMs(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

/** The path as the server sees it, a provider's base path included. */
export function pathOf({ url }: Pick<Target, 'url'>): string {
  return url.split('?', 1)[0] ?? '';
}
