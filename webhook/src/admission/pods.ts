import {
  frozenViolation,
  guardEphemeral,
  inject,
  InjectionRefused,
  jsonPatch,
  parsePod,
  refuse,
  type InjectConfig,
  type Namespace,
  type Pod,
  type PolicyLookup,
} from '../inject/index.ts';
import type { AdmissionRequest, Decision } from './admission-review.ts';
import { allow, denyPod } from './decision.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';

export interface ValidatePodsDeps {
  /** Null: unknown. */
  readonly namespace: (name: string) => Namespace | null;
  readonly policies: PolicyLookup;
  readonly config: InjectConfig;
  readonly metrics: WebhookMetrics;
}

const WEBHOOK = 'validate_pods';

/** Fields that differ from the result of injection. Status and hashes may differ, since policy may have changed meanwhile. */
function deviations(object: unknown, injected: Pod): readonly string[] {
  return jsonPatch(object, injected)
    .filter(({ op, path }) => op !== 'test' && !path.startsWith('/metadata/annotations'))
    .map(({ path }) => path);
}

function creation(request: AdmissionRequest, pod: Pod, deps: ValidatePodsDeps): Decision {
  const name = request.namespace ?? '';
  const namespace = deps.namespace(name);
  if (namespace === null) return refuse('namespace_unknown', 'metadata.namespace', `Namespace: ${name}.`);
  const { policies, config } = deps;
  const result = inject({ pod, namespace, policies, config });
  switch (result.kind) {
    case 'skip':
      return allow({ decision: 'skipped', reason: result.reason });
    case 'refused':
      return denyPod(result);
    case 'injected': {
      const found = deviations(request.object, result.pod);
      const [first] = found;
      if (first === undefined) return allow({ decision: 'complete' });
      return refuse('final_state', first, `Differs at: ${found.slice(0, 5).join(', ')}.`);
    }
  }
}

function update(request: AdmissionRequest, pod: Pod): Decision {
  const before = parsePod(request.oldObject);
  if (!before.ok) return refuse('pod_malformed', `oldObject.${before.field}`);
  if (request.subResource === 'ephemeralcontainers') {
    const result = guardEphemeral(pod, (before.value.spec.ephemeralContainers ?? []).length);
    if (result.kind === 'refused') return denyPod(result);
    if (result.kind === 'skip') return allow({ decision: 'skipped', reason: 'no_boundary' });
    const [first] = deviations(request.object, result.pod);
    return first === undefined ? allow({ decision: 'complete' }) : refuse('final_state', first);
  }
  const violation = frozenViolation(before.value, pod);
  return violation === null ? allow({ decision: 'complete' }) : denyPod(violation);
}

function decide(request: AdmissionRequest, deps: ValidatePodsDeps): Decision {
  if (request.resource.group !== '' || request.resource.resource !== 'pods') {
    return allow({ decision: 'skipped', reason: 'not_a_pod' });
  }
  const { operation, subResource } = request;
  const plain = (subResource ?? '') === '' || subResource === 'ephemeralcontainers';
  if (!plain || (operation !== 'CREATE' && operation !== 'UPDATE')) {
    return allow({ decision: 'skipped', reason: 'other_operation' });
  }
  const pod = parsePod(request.object);
  if (!pod.ok) return refuse('pod_malformed', pod.field);
  return operation === 'CREATE' ? creation(request, pod.value, deps) : update(request, pod.value);
}

/**
 * Compares the final state of a pod with the result of injection: a labelled pod is admitted only if injecting it again would change
 * nothing, and an update only if the injected parts are unchanged.
 */
export function validatePods(request: AdmissionRequest, deps: ValidatePodsDeps): Decision {
  let decision: Decision;
  try {
    decision = decide(request, deps);
  } catch (error) {
    if (!(error instanceof InjectionRefused)) throw error;
    decision = denyPod(error.refusal);
  }
  const reason = decision.audit['reason'] ?? decision.audit['decision'] ?? '';
  deps.metrics.decided(WEBHOOK, decision.allowed ? 'allowed' : 'refused', reason);
  return decision;
}
