/** `GET /api/audit` */
export interface Audit {
  readonly v: 1;
  readonly nowMs: number;
  readonly anchor: 'absent' | 'answered' | 'unavailable';
  /** Why it is unavailable. Null: it answered, or there is none. */
  readonly problem: string | null;
  /** Pods with a boundary that the anchor reports nothing about: their record is anchored. 0 without an answer. */
  readonly anchored: number;
  readonly silent: readonly SilentRecord[];
  /** Pods that should have a boundary and have none: there is no record of them. */
  readonly missing: readonly { readonly namespace: string; readonly pod: string }[];
}

export interface SilentRecord {
  readonly namespace: string;
  readonly pod: string;
  /** `no_genesis`: never heard of. `no_head`: not heard of for a minute. `no_seal`: it ended, and its record was not sealed. */
  readonly reason: 'no_genesis' | 'no_head' | 'no_seal';
  readonly log: string | null;
  /** Lines, according to the last head. Null: none came. */
  readonly size: number | null;
  readonly sinceMs: number;
}

/** `POST /api/demo`, of the demo only: sends a prompt to both sides. */
export interface DemoRequest {
  /** At most 8,192 characters. */
  readonly prompt: string;
}

export interface DemoAnswer {
  readonly v: 1;
  readonly sides: readonly DemoSide[];
}

export interface DemoSide {
  readonly side: 'before' | 'after';
  readonly status: number;
  /** The text of the model or of the refusal. */
  readonly text: string;
  /** Tool calls that the model made, and that reached the agent: `send_email(to=…)`. */
  readonly calls: readonly string[];
  /** Id of the exchange, for `GET /api/decisions/:id`. Null: there is no boundary. */
  readonly decision: string | null;
}
