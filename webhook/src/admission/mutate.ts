import {
  guardEphemeral,
  inject,
  jsonPatch,
  malformedPod,
  parsePod,
  REFUSALS,
  type InjectConfig,
  type Injection,
  type InjectPolicy,
  type Namespace,
  type PolicyLookup,
} from '../inject/index.ts';
import type { AdmissionRequest, Decision } from './admission-review.ts';
import { allow, denyPod } from './decision.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';

/** Inputs of mutation, all in memory. */
export interface MutateDeps {
  /** Null: unknown. */
  readonly namespace: (name: string) => Namespace | null;
  readonly policies: PolicyLookup;
  readonly config: InjectConfig;
  readonly metrics: WebhookMetrics;
  /** Called for every injection except dry runs. */
  readonly onInjected: (namespace: string, policy: InjectPolicy) => void;
}

const WEBHOOK = 'mutate';

function unknownNamespace(namespace: string): Injection {
  return {
    kind: 'refused',
    code: 'namespace_unknown',
    field: 'metadata.namespace',
    reason: `${REFUSALS.namespace_unknown.reason} Namespace: ${namespace}.`,
    fix: REFUSALS.namespace_unknown.fix,
  };
}

function decide(request: AdmissionRequest, namespaceName: string, deps: MutateDeps): Injection {
  const pod = parsePod(request.object);
  if (!pod.ok) return malformedPod(pod.field);
  const namespace = deps.namespace(namespaceName);
  if (namespace === null) return unknownNamespace(namespaceName);
  const { policies, config } = deps;
  return inject({ pod: pod.value, namespace, policies, config });
}

function isPods({ resource }: AdmissionRequest): boolean {
  return resource.group === '' && resource.resource === 'pods';
}

function ephemeral(request: AdmissionRequest, metrics: WebhookMetrics): Decision {
  const [after, before] = [parsePod(request.object), parsePod(request.oldObject)];
  if (!after.ok) {
    const refused = malformedPod(after.field);
    return refused.kind === 'refused' ? denyPod(refused) : allow({});
  }
  const count = before.ok ? (before.value.spec.ephemeralContainers ?? []).length : 0;
  const result = guardEphemeral(after.value, count);
  switch (result.kind) {
    case 'skip':
      metrics.decided(WEBHOOK, 'skipped', 'no_boundary');
      return allow({ decision: 'skipped', reason: 'no_boundary' });
    case 'refused':
      metrics.decided(WEBHOOK, 'refused', result.code);
      return denyPod(result);
    case 'guarded':
      metrics.decided(WEBHOOK, 'allowed', 'ephemeral');
      return { ...allow({ decision: 'guarded' }), patch: jsonPatch(request.object, result.pod) };
  }
}

/**
 * Decides on the creation of a pod, and on debug containers that join one. No side effects but counters and, except in a dry run,
 * `onInjected`.
 */
export function mutate(request: AdmissionRequest, deps: MutateDeps): Decision {
  const { metrics } = deps;
  if (isPods(request) && request.subResource === 'ephemeralcontainers') return ephemeral(request, metrics);
  if (!isPods(request) || (request.subResource ?? '') !== '' || request.operation !== 'CREATE') {
    metrics.decided(WEBHOOK, 'skipped', 'not_a_pod_creation');
    return allow({ decision: 'skipped', reason: 'not_a_pod_creation' });
  }
  const namespace = request.namespace ?? '';
  const result = decide(request, namespace, deps);
  switch (result.kind) {
    case 'skip':
      metrics.decided(WEBHOOK, 'skipped', result.reason);
      return allow({ decision: 'skipped', reason: result.reason });
    case 'refused':
      metrics.decided(WEBHOOK, 'refused', result.code);
      return denyPod(result);
    case 'injected': {
      const { capture, reason, policyHash } = result.status;
      metrics.decided(WEBHOOK, 'allowed', 'injected');
      metrics.injected(result.policy.name, capture);
      if (request.dryRun !== true) deps.onInjected(namespace, result.policy);
      return {
        allowed: true,
        patch: jsonPatch(request.object, result.pod),
        warnings: result.warnings,
        audit: {
          decision: 'injected',
          policy: result.policy.name,
          'policy-hash': policyHash,
          capture: `${capture}: ${reason}`,
        },
        message: null,
      };
    }
  }
}
