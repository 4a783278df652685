import type { Seen } from '../../pipeline/replay/seen.ts';
import { hitsOf } from './command-io.ts';
import type { Replayed } from './replay.ts';

/** What was asked for, as far as the place that it comes from knows: recorded traffic, or the record. */
export interface Observation {
  readonly method: string;
  /** Without the query. Empty: a tunnel, in which no path can be seen. */
  readonly path: string;
  /** `host[:port]`; null: inbound. */
  readonly host: string | null;
  /** `opaque`: no dialect reads it. */
  readonly kind: 'model' | 'mcp' | 'opaque';
  /** What of an unlisted host is to be opened: all of it, or the path alone. */
  readonly reach: 'host' | 'path';
  readonly seen: Seen | null;
  readonly hits: readonly { readonly rule: string; readonly code: string }[];
  /** How often it was seen. */
  readonly count: number;
}

export function observationsOf(replayed: readonly Replayed[]): readonly Observation[] {
  return replayed.map(({ traffic, evaluation }) => ({
    method: traffic.method,
    path: traffic.path.replace(/\?[^]*$/, ''),
    host: traffic.host,
    kind: evaluation.dialect === null ? 'opaque' : evaluation.dialect === 'mcp' ? 'mcp' : 'model',
    reach: 'host',
    seen: evaluation.seen,
    hits: hitsOf(evaluation),
    count: 1,
  }));
}
