import { LABELS } from '../inject/index.ts';
import type { EffectivePolicy } from './compose.ts';

/** The ConfigMap that a sidecar mounts. */
export interface PublishedConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

const HASH_ANNOTATION = 'llm-boundary.io/policy-hash';

/** The same bytes for the same policy, so that writing it again changes nothing. */
export function publishedConfigMap(namespace: string, { inject, data }: EffectivePolicy): PublishedConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: inject.configMap,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'llm-boundary', [LABELS.published]: 'true' },
      annotations: { 'llm-boundary.io/policy': inject.name, [HASH_ANNOTATION]: inject.sha256 },
    },
    data,
  };
}
