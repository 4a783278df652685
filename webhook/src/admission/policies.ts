import { ANNOTATIONS, LABELS } from '../inject/index.ts';
import {
  compose,
  FLOOR,
  parseConfigMap,
  readLayer,
  type PolicyConfigMap,
  type PolicyLayer,
} from '../policies/index.ts';
import type { AdmissionRequest, Decision } from './admission-review.ts';
import { allow, deny } from './decision.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';

const WEBHOOK = 'validate_policies';
/** The name of a published ConfigMap is made of the names of namespace and policy. */
const MAX_NAME_CHARS = 200;

function refused(reason: string, problems: readonly string[]): Decision {
  return deny(reason, 'data', `llm-boundary refused the policy: ${problems.join('; ')}`);
}

/** Compiles the layer alone, since each must be valid without the others. Null: no problem. */
function compileProblem(layer: PolicyLayer): string | null {
  const alone = { name: layer.name, mode: null, namespace: [] } as const;
  const composed =
    layer.name === FLOOR
      ? compose({ ...alone, floor: layer, workload: null })
      : compose({ ...alone, floor: null, workload: layer });
  return composed.ok ? null : composed.problem;
}

function decide(map: PolicyConfigMap, names: readonly string[]): Decision {
  if (map.metadata.name.length > MAX_NAME_CHARS) {
    return refused('policy_invalid', [`metadata.name: expected at most ${MAX_NAME_CHARS} characters`]);
  }
  const read = readLayer(map);
  if (!read.ok) return refused('policy_invalid', read.problems);
  const problem = compileProblem(read.layer);
  if (problem !== null) return refused('policy_invalid', [problem]);
  const { warnings, shadow } = read.layer;
  return allow(
    { decision: 'valid' },
    [...warnings, ...shadowWarnings(shadow, names)].map((warning) => `llm-boundary: ${warning}`),
  );
}

/** Never refused: the shadow has no effect, and may come after the policy. */
function shadowWarnings(shadow: string | null, names: readonly string[]): readonly string[] {
  if (shadow === null || names.includes(shadow)) return [];
  return [
    `metadata.annotations[${ANNOTATIONS.shadow}]: no policy is named ${JSON.stringify(shadow)}, so no shadow is judged until there is one; there are ${names.join(', ')}`,
  ];
}

export interface ValidatePoliciesDeps {
  /** How many running pods mount a policy that is gone when this ConfigMap is. */
  readonly dependents: (namespace: string, name: string) => number;
  /** Policies that workloads, and shadows, can be named after. */
  readonly names: () => readonly string[];
  readonly metrics: WebhookMetrics;
}

function isPolicy(map: PolicyConfigMap | null): map is PolicyConfigMap {
  return map?.metadata.labels?.[LABELS.policy] === 'true';
}

/**
 * Never refused: a namespace that ends and a `helm uninstall` take their policies along. Running pods keep what is published for them;
 * their replacements are refused.
 */
function removal(map: PolicyConfigMap, namespace: string, deps: ValidatePoliciesDeps): Decision {
  const { name } = map.metadata;
  const count = deps.dependents(namespace, name);
  if (count === 0) return allow({ decision: 'unused' });
  const pods = count === 1 ? '1 running pod uses' : `${count} running pods use`;
  return allow({ decision: 'in_use' }, [
    `llm-boundary: ${pods} policy ${name}. Their replacements are refused until ConfigMap ${namespace}/${name} is back, or the workloads name another policy.`,
  ]);
}

/**
 * Refuses policy ConfigMaps that a sidecar could not load, with path, reason and fix; warns of the removal of one that is in use,
 * by deletion or by losing its label. Other ConfigMaps pass.
 */
export function validatePolicies(request: AdmissionRequest, deps: ValidatePoliciesDeps): Decision {
  const { metrics } = deps;
  const isMap = request.resource.resource === 'configmaps';
  const after = isMap ? parseConfigMap(request.object) : null;
  const before = isMap ? parseConfigMap(request.oldObject) : null;
  if (isPolicy(after)) {
    const decision = decide(after, deps.names());
    const result = decision.allowed ? 'allowed' : 'refused';
    metrics.decided(WEBHOOK, result, decision.allowed ? 'valid' : 'policy_invalid');
    return decision;
  }
  if (isPolicy(before)) {
    const decision = removal(before, request.namespace ?? '', deps);
    metrics.decided(WEBHOOK, 'allowed', decision.audit['decision'] ?? '');
    return decision;
  }
  metrics.decided(WEBHOOK, 'skipped', 'not_a_policy');
  return allow({ decision: 'skipped', reason: 'not_a_policy' });
}
