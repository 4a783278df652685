/**
 * The JSON of the console. Times are Unix times in milliseconds and durations milliseconds, unless a name says otherwise. Null: not known, or
 * there is none, as the member says; members are never left out. Nothing has content of prompts, replies or arguments. Names of models, tools,
 * hosts and paths are written by outsiders: show them as text only.
 *
 * Every request but `POST /login` needs the session's cookie or `Authorization: Bearer TOKEN`. Every `POST` needs the header
 * `x-llm-boundary-console: 1`, which no page of another origin can send, and `content-type: application/json`. Without a session: 401. A
 * namespace whose pods the caller may not list: 403 `not_allowed`, whether it exists or not. What names no namespace is looked for in those that
 * it may see: 404.
 */
export const CONSOLE_HEADER = 'x-llm-boundary-console';

/** Any answer with a status from 400. */
export interface ApiProblem {
  readonly v: 1;
  readonly error:
    | 'no_session'
    | 'bad_token'
    | 'bad_request'
    | 'not_found'
    | 'not_allowed'
    | 'too_large'
    | 'too_often'
    | 'unavailable'
    | 'internal';
  /** A sentence for people. */
  readonly message: string;
}

/** `POST /login`: 204 with the cookie, 401 `bad_token`, 429 `too_often`. `POST /logout`, with `{}`: 204. */
export interface Login {
  /** A bearer token that the API server accepts: `kubectl create token …`. */
  readonly token: string;
}

/** `GET /api/session` */
export interface Session {
  readonly v: 1;
  /** As the API server names the caller. Null: no login is needed (the demo). */
  readonly user: string | null;
  /** Version of the console. */
  readonly version: string;
  /** `demo`: there is no cluster, `before` and `after` are the workloads, and `POST /api/demo` exists. */
  readonly source: 'cluster' | 'demo';
}

export type Control = 'ingress' | 'egress' | 'action' | 'audit';
export type Mode = 'enforce' | 'observe';
export type ConditionName = 'stateless' | 'no_tools' | 'no_sensitive_context' | 'no_external_effect';

/** `GET /api/fleet`: what the caller may see. Sidecars that were not asked yet are asked in the background: ask again while `pending` is above 0. */
export interface Fleet {
  readonly v: 1;
  readonly nowMs: number;
  /** Workloads whose conditions are being asked for. */
  readonly pending: number;
  /** `absent`: the cluster has none. `unavailable`: it does not answer. */
  readonly anchor: 'absent' | 'answered' | 'unavailable';
  /** Sorted by namespace, kind and name. */
  readonly workloads: readonly WorkloadRow[];
}

/** A controller of pods that are, or look like, LLM workloads; a pod without a controller has the kind `Pod`. */
export interface WorkloadRow {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: { readonly all: number; readonly guarded: number };
  /** `partly`: some pods have no sidecar. `missing`: none has, though labels ask for it. `no`: none has. */
  readonly boundary: 'yes' | 'partly' | 'missing' | 'no';
  /** Why it looks like an LLM workload: `image`, `command`, `environment`, `port`. */
  readonly signs: readonly string[];
  /** Of all pods: more than one during a change. Empty: no boundary. */
  readonly capture: readonly ('redirect' | 'takeover')[];
  /** What the capture leaves to NetworkPolicies: `outbound`, `between-pods`, numbers of ports. */
  readonly open: readonly string[];
  /**
   * Null: no boundary. `asked`: what the annotation of its pods asks for; null: nothing. `problem`: its source is gone or invalid, and the last
   * published version stays in force. Of pods that differ, as during a change, of one that observes.
   */
  readonly policy: {
    readonly name: string;
    readonly asked: Mode | null;
    readonly problem: 'missing' | 'invalid' | null;
  } | null;
  /** Of the effective policy. Null: not known. */
  readonly mode: Mode | null;
  /** Controls that are missing, or that the policy leaves open. */
  readonly gaps: readonly Control[];
  readonly keepsBodies: boolean;
  readonly conditions: ConditionsCell;
  /** `silent`: see `GET /api/audit`. `anchored`: the anchor reports nothing missing. `none`: there is no anchor, or no boundary. `unknown`: it does not answer. */
  readonly anchor: 'anchored' | 'silent' | 'none' | 'unknown';
  /** Versions of its sidecars, which are tags of their images. */
  readonly versions: readonly string[];
}

/** The verdict on the four conditions. */
export interface ConditionsCell {
  /** `suffices`: infrastructure controls suffice. `needed`: the LLM boundary is needed. `unknown`: not known yet. */
  readonly verdict: 'suffices' | 'needed' | 'unknown';
  /** `sidecar`: measured. `manifest`: a guess, as there is no sidecar. `pending`: being asked. `none`: no sidecar answers. */
  readonly source: 'sidecar' | 'manifest' | 'pending' | 'none';
  /** One sentence, as `posture` prints it. Null in the list of the fleet, which would be half as large again. */
  readonly text: string | null;
  /** In the order stateless, tools, context, effect; as in `Workload.conditions`. Null: not measured. */
  readonly states: readonly Condition['state'][] | null;
  /**
   * The reason of each condition that is not met, of all pods; of a guess, what suggests it; of what is not known, what keeps it from being known:
   * `too_little` was seen, or sidecars do not answer (`no_answer`).
   */
  readonly reasons: readonly string[];
}

/** `GET /api/workloads/:namespace/:kind/:name` */
export interface Workload {
  readonly v: 1;
  readonly nowMs: number;
  readonly row: WorkloadRow;
  readonly pods: readonly WorkloadPod[];
  /** In the order stateless, tools, context, effect. Null: not measured. */
  readonly conditions: readonly Condition[] | null;
  /** When the first of its sidecars that answered started. Null: not measured. */
  readonly sinceMs: number | null;
  /** Exchanges that were read since then. Null: not measured. */
  readonly exchanges: number | null;
  /** What the counts and times below are of: the last exchanges of each sidecar, which is not the record. */
  readonly window: Window;
  /** Oldest first, equal widths, without gaps. Empty: no exchange in the window. */
  readonly outcomes: readonly OutcomeBucket[];
  readonly tools: readonly Use[];
  readonly hosts: readonly Use[];
  readonly models: readonly Use[];
  /** What rules in `observe` would have done; sorted by count. */
  readonly observed: readonly ObservedRule[];
}

export interface WorkloadPod {
  readonly name: string;
  readonly boundary: boolean;
  readonly phase: string | null;
  /** Image of the sidecar without registry and folders. Null: no sidecar. */
  readonly sidecar: string | null;
  /** Why its sidecar did not answer. Null: it did, or there is none. */
  readonly problem: string | null;
  readonly anchor: WorkloadRow['anchor'];
}

/** One condition of all pods: broken if it is broken in one, met if it is met in each. */
export interface Condition {
  readonly condition: ConditionName;
  readonly state: 'met' | 'broken' | 'unknown';
  readonly breaks: readonly Times[];
  /** Why exchanges could not be judged. */
  readonly blind: readonly Times[];
}

export interface Times {
  readonly reason: string;
  /** Exchanges; 0: it concerns all of them. */
  readonly exchanges: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What sidecars still had in memory. */
export interface Window {
  /** Of the oldest exchange. Null: there is none. */
  readonly fromMs: number | null;
  readonly exchanges: number;
  /** Older ones were dropped for new ones: the record has them. */
  readonly isCut: boolean;
  /** Sidecars that were not asked, as there are too many. */
  readonly notAsked: number;
}

export interface OutcomeBucket {
  readonly startMs: number;
  readonly widthMs: number;
  readonly allowed: number;
  readonly redacted: number;
  readonly blocked: number;
  /** Passed without inspection. */
  readonly passed: number;
  /** Exchanges in which a rule in `observe` would have redacted or blocked; they are in the counts above too. */
  readonly observed: number;
  /** Medians. Null: no exchange ended in it. `rest`: the model, the network and the client. */
  readonly boundaryMs: number | null;
  readonly restMs: number | null;
}

/** A tool, host or model. Sorted by count. */
export interface Use {
  readonly name: string;
  readonly exchanges: number;
  readonly blocked: number;
  /** Digests of callers, of at most 8. */
  readonly callers: readonly string[];
  /** More callers than are listed. */
  readonly moreCallers: number;
  /** Exchanges without a verified caller. */
  readonly anonymous: number;
  /** Exchanges with text that neither the workload nor the caller wrote. */
  readonly tainted: number;
  readonly lastMs: number;
}

export interface ObservedRule {
  readonly control: Control;
  readonly rule: string;
  /** As in `Hit`. */
  readonly meaning: string | null;
  readonly action: 'redact' | 'block';
  readonly exchanges: number;
  readonly lastMs: number;
}

/** `GET /api/workloads/:namespace/:kind/:name/history`: the last 24 hours, from the Prometheus server that the operator names. */
export interface History {
  readonly v: 1;
  /** `absent`: none is named. `unavailable`: it does not answer, or not so that it can be read. */
  readonly prometheus: 'absent' | 'answered' | 'unavailable';
  /** Why it is unavailable. Null: it answered, or there is none. */
  readonly problem: string | null;
  /** Oldest first. Steps without a sample are left out. */
  readonly points: readonly HistoryPoint[];
}

/** Exchanges that ended in a step of time, as Prometheus guesses them from its samples. */
export interface HistoryPoint {
  readonly startMs: number;
  readonly widthMs: number;
  readonly completed: number;
  readonly refused: number;
  /** The client or the model ended them early. */
  readonly failed: number;
}
