import type { Layers } from '@llm-boundary/sidecar/policy';

import type { Controller, Pod, PolicyMode } from '../inject/index.ts';
import type { Effective } from '../policies/index.ts';
import type { Finding } from '../posture/assess.ts';
import type { Conditions } from '../posture/conditions.ts';
import type { Silence } from '../posture/silent.ts';
import type { Prometheus } from './history/prometheus.ts';

/** A pod that is, or looks like, an LLM workload. */
export interface SeenPod {
  readonly finding: Finding;
  readonly pod: Pod;
  readonly phase: string | null;
  /** Empty: not known. */
  readonly uid: string;
  /** Null: it has none yet. */
  readonly ip: string | null;
  /** Of a pod without a controller, the pod. */
  readonly controller: Controller;
}

/** Where the console has its data from: a cluster, or the demo. */
export interface ConsoleSource {
  readonly kind: 'cluster' | 'demo';
  /** From memory. */
  readonly pods: () => readonly SeenPod[];
  /** Asks its sidecar, or guesses from its manifest. Never rejects. */
  readonly conditions: (pod: SeenPod) => Promise<Conditions>;
  /** `/exchanges` of its sidecar with this query (`?limit=9`), parsed JSON. Rejects with a reason for people. */
  readonly exchanges: (pod: SeenPod, query: string) => Promise<unknown>;
  /** Never rejects. */
  readonly silence: () => Promise<Silence>;
  readonly policies: PolicyBook;
  /** Null: no Prometheus server is named. */
  readonly prometheus: Pick<Prometheus, 'history'> | null;
}

/** The policies of the source. */
export interface PolicyBook {
  /** Namespace of those that workloads may choose. */
  readonly home: string;
  /** Those that workloads may choose, sorted. */
  readonly names: () => readonly string[];
  readonly effective: (namespace: string, name: string, mode: PolicyMode | null) => Effective;
  /** The valid layers of a policy for pods of a namespace, with their texts. */
  readonly layers: (namespace: string, name: string) => BookLayers;
}

export interface BookLayers extends Layers {
  readonly texts: readonly {
    readonly layer: 'floor' | 'namespace' | 'workload';
    readonly namespace: string;
    readonly name: string;
    readonly text: string;
  }[];
  /** By name. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Name of the shadow. */
  readonly shadow: string | null;
}

/** Who asks, as the API server knows it. */
export interface User {
  readonly username: string;
  readonly uid: string | null;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Reviews of the API server. */
export interface Reviews {
  /** Null: the token is not valid. Rejects without an answer. */
  readonly user: (token: string) => Promise<User | null>;
  /** Namespace null: in all of them. Rejects without an answer. */
  readonly mayListPods: (user: User, namespace: string | null) => Promise<boolean>;
}
