import type { Control, Mode, Window } from './api.ts';

/**
 * `GET /api/workloads/:namespace/:kind/:name/decisions?limit=200&show=all|changed|observed&from=MS&to=MS`: newest first. `changed`: refused or
 * redacted. `from`, `to`: Unix times between which they began or were decided on, both included. What cannot be read is as if it were absent.
 */
export interface Decisions {
  readonly v: 1;
  readonly nowMs: number;
  readonly window: Window;
  /** At most `limit`. */
  readonly exchanges: readonly ExchangeRow[];
  /** How many there are, listed or not, that `show`, `from` and `to` ask for. */
  readonly matching: number;
  /** Sidecars that did not answer. */
  readonly problems: readonly { readonly pod: string; readonly problem: string }[];
}

export type Outcome = 'allow' | 'redact' | 'block' | 'pass';

export interface ExchangeRow {
  /** What a refused client gets as `decision`. */
  readonly id: string;
  readonly pod: string;
  readonly startMs: number;
  /** Null: not ended. */
  readonly endMs: number | null;
  readonly direction: 'inbound' | 'outbound';
  /** `openai-chat` …; `opaque`: not inspected. */
  readonly dialect: string;
  readonly method: string;
  readonly path: string;
  /** Outbound: `host[:port]`. Null: inbound. */
  readonly host: string | null;
  readonly model: string | null;
  readonly tools: readonly string[];
  /** Digest of the verified caller: 32 hex digits. Null: anonymous, or no digests are made. */
  readonly caller: string | null;
  /** Null: not a request to a model. */
  readonly tainted: boolean | null;
  /** The strictest of its decisions. */
  readonly verdict: Outcome;
  readonly code: string | null;
  /** Of the answer to the client. Null: not known. */
  readonly status: number | null;
  /** Null: not ended. */
  readonly outcome: 'completed' | 'refused' | 'client_aborted' | 'upstream_failed' | null;
  /** Rules that hit, each once: `egress.pii`. */
  readonly rules: readonly string[];
  /** A rule in `observe` would have made it stricter. */
  readonly observed: boolean;
  /** The boundary's own time. Null: not ended. */
  readonly boundaryMs: number | null;
  /** The rest of the time: the model, the network and the client. Null: not ended. */
  readonly restMs: number | null;
  readonly policy: PolicyRef | null;
}

export interface PolicyRef {
  readonly name: string;
  readonly generation: number;
  readonly sha256: string;
}

/** `GET /api/decisions/:id`, with `?namespace=NAME&pod=NAME` where they are known: else every sidecar that the caller may see is asked. 404: no sidecar has it any more, and `audit why ID` reads the record. */
export interface Decision {
  readonly v: 1;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly exchange: ExchangeRow;
  readonly tokens: { readonly input: number | null; readonly output: number | null };
  /** What the annotation of its pod asks for. Null: nothing. */
  readonly asked: Mode | null;
  /** Whether the policy that decided is the one that holds for its pod now. Null: not known. */
  readonly isPolicyNow: boolean | null;
  /** In the order in which they were made. */
  readonly steps: readonly DecisionStep[];
}

/** One decision of the exchange, which is one line of the record. */
export interface DecisionStep {
  readonly kind: 'ingress' | 'egress' | 'action' | 'retry' | 'close';
  readonly timeMs: number;
  readonly verdict: Outcome;
  readonly code: string | null;
  readonly status: number | null;
  readonly hits: readonly Hit[];
  /** Hits beyond those listed. */
  readonly moreHits: number;
  /** Null: it is not on the record. */
  readonly record: { readonly log: string; readonly seq: number } | null;
}

export interface Hit {
  readonly control: Control;
  readonly rule: string;
  /** What the rule finds or refuses, from the reference; names of keys in backticks. Null: a rule of the operator's, or one that its code says all of. */
  readonly meaning: string | null;
  /** What an operator does about it; names of keys in backticks. Null: a code that this console does not know. */
  readonly fix: string | null;
  /** `redact`: masks and pseudonyms too. */
  readonly action: 'redact' | 'block';
  readonly mode: Mode;
  readonly code: string;
  /** JSON pointer of the text, offer or call. Null: the exchange as a whole. */
  readonly pointer: string | null;
  /** From 0 to 1. Null: the detector has none. */
  readonly score: number | null;
}
