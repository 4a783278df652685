import type { Mode } from './api.ts';
import type { ExchangeRow, Hit, Outcome } from './api-decisions.ts';

/** `GET /api/policies`: those of the cluster and those of the namespaces that the caller may see, by name. */
export interface Policies {
  readonly v: 1;
  readonly policies: readonly PolicyRow[];
}

/** One effective policy, for the pods of one namespace. */
export interface PolicyRow {
  readonly name: string;
  /** Of the workloads that it holds for. */
  readonly namespace: string;
  /** What the pods' annotation asks for. Null: nothing. */
  readonly asked: Mode | null;
  /** Of the effective policy. Null: it is invalid. */
  readonly mode: Mode | null;
  readonly sha256: string | null;
  /** Pods that have it mounted. */
  readonly pods: number;
  readonly problem: string | null;
  /** Name of its shadow. Null: none. */
  readonly shadow: string | null;
}

/**
 * `GET /api/policies/:name?namespace=NAME&asked=observe|enforce`; without `asked`: what holds for pods that ask for nothing. One that no pod of the
 * namespace has mounted, other than `default`, is for those who may see the namespace of the policies: 404.
 */
export interface Policy {
  readonly v: 1;
  readonly row: PolicyRow;
  /** The effective policy in its canonical form. Null: it is invalid. */
  readonly text: string | null;
  readonly layers: readonly PolicyLayer[];
  /** As `policy explain` lists them. */
  readonly values: readonly PolicyValue[];
  /** Unified difference from the policy to its shadow. Null: no shadow. */
  readonly shadowDiff: string | null;
  /** Why its shadow is not judged, without what the caller may not see. Null: it is, or there is none. */
  readonly shadowProblem: string | null;
}

export interface PolicyLayer {
  readonly layer: 'floor' | 'namespace' | 'workload';
  /** `NAMESPACE/NAME` of the ConfigMap. Null: built in. */
  readonly source: string | null;
  /** As it was written, with its comments. Null: the caller may not read it: the namespace of the system is not one that it may see. */
  readonly text: string | null;
}

export interface PolicyValue {
  /** `egress.pii.action` */
  readonly path: string;
  /** As JSON. */
  readonly value: string;
  /** Layers that set it: `floor`, `namespace`, `workload`, `default`; `pod`: the annotation of the pod. */
  readonly from: readonly string[];
}

/** `POST /api/lab`: nothing is stored. 400 `bad_request`; 429 `too_often` while a run of this user is under way; 503 `unavailable`: too many runs, or stopped at a limit. */
export interface LabRequest {
  /** A policy document (YAML or JSON). At most 256 KiB. */
  readonly policy: string;
  /** Met with the floor and the namespace's policies, as for pods of this namespace. Null: alone. */
  readonly namespace: string | null;
  /** Name of the policy that it is a copy of, whose fingerprints go with it. Null or absent: none. */
  readonly copyOf?: string | null | undefined;
  /** Pasted exchanges: JSON objects one after the other, each as a line of `policy test --traffic`. At most 1 MiB, 500 objects, 100 levels. Null: none. */
  readonly traffic: string | null;
  /** Judge the shapes (route, model, names of tools, host) of the last exchanges of this workload. Null: do not. */
  readonly shapesOf: { readonly namespace: string; readonly kind: string; readonly name: string } | null;
}

export interface LabAnswer {
  readonly v: 1;
  /** Empty: the policy is valid. */
  readonly problems: readonly LabProblem[];
  readonly warnings: readonly LabProblem[];
  /** The effective policy in its canonical form. Null: it is invalid. */
  readonly text: string | null;
  readonly sha256: string | null;
  readonly values: readonly PolicyValue[];
  /** Of the pasted exchanges, in their order. */
  readonly replayed: readonly LabReplay[];
  /** Why the pasted exchanges cannot be read, at its place in their text. Null: they can, or there are none. */
  readonly trafficProblem: LabProblem | null;
  readonly shapes: readonly LabShape[];
  /** What the shapes cannot show, or why there are none. Null: none were asked for. */
  readonly shapesNote: string | null;
}

export interface LabProblem {
  /** From 1. Null: the document as a whole. */
  readonly line: number | null;
  readonly column: number | null;
  /** `egress.rules[2].pattern`; empty: the document as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface LabReplay {
  /** Name of the line, else method and path. */
  readonly name: string;
  /** `openai-chat` …; null: no dialect reads the route. */
  readonly dialect: string | null;
  readonly request: Outcome;
  /** Null: the request is refused, or there is no reply. */
  readonly reply: Outcome | null;
  readonly code: string | null;
  /** What the refusal says to the client, without content. Null: nothing more than its code. */
  readonly detail: string | null;
  readonly hits: readonly Hit[];
  /** Expectations of the line that were not met. */
  readonly unmet: readonly string[];
}

/** `GET /api/lab/examples`: the smallest exchange of each protocol whose bodies are JSON. */
export interface LabExamples {
  readonly v: 1;
  readonly examples: readonly {
    /** `openai-chat` … */
    readonly dialect: string;
    /** To be pasted, over several lines. */
    readonly traffic: string;
  }[];
}

/** Exchanges of one shape. */
export interface LabShape extends Pick<
  ExchangeRow,
  'dialect' | 'method' | 'path' | 'host' | 'model' | 'tools'
> {
  readonly exchanges: number;
  /** Exchanges of it that were blocked when they happened. */
  readonly blocked: number;
  /** Under the policy of the lab, of a request that has an empty prompt; of MCP the strictest of the calls. */
  readonly verdict: Outcome;
  readonly code: string | null;
  readonly hits: readonly Hit[];
}
