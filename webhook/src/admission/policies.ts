import { LABELS } from '../inject/index.ts';
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
/** Names of namespace and policy together stand in a ConfigMap's name. */
const MAX_NAME_CHARS = 200;

function refused(reason: string, problems: readonly string[]): Decision {
  return deny(reason, 'data', `llm-boundary refused the policy: ${problems.join('; ')}`);
}

/** Compiles it alone, as every layer must be able to stand alone. Null: it does. */
function compileProblem(layer: PolicyLayer): string | null {
  const alone = { name: layer.name, mode: null, namespace: [] } as const;
  const composed =
    layer.name === FLOOR
      ? compose({ ...alone, floor: layer, workload: null })
      : compose({ ...alone, floor: null, workload: layer });
  return composed.ok ? null : composed.problem;
}

function decide(map: PolicyConfigMap): Decision {
  if (map.metadata.name.length > MAX_NAME_CHARS) {
    return refused('policy_invalid', [`metadata.name: expected at most ${MAX_NAME_CHARS} characters`]);
  }
  const read = readLayer(map);
  if (!read.ok) return refused('policy_invalid', read.problems);
  const problem = compileProblem(read.layer);
  if (problem !== null) return refused('policy_invalid', [problem]);
  return allow(
    { decision: 'valid' },
    read.layer.warnings.map((warning) => `llm-boundary: ${warning}`),
  );
}

/** Refuses policy ConfigMaps that a sidecar could not load, with path, reason and fix. Others pass. */
export function validatePolicies(request: AdmissionRequest, metrics: WebhookMetrics): Decision {
  const isChange = request.operation === 'CREATE' || request.operation === 'UPDATE';
  const map = isChange ? parseConfigMap(request.object) : null;
  if (request.resource.resource !== 'configmaps' || map?.metadata.labels?.[LABELS.policy] !== 'true') {
    metrics.decided(WEBHOOK, 'skipped', 'not_a_policy');
    return allow({ decision: 'skipped', reason: 'not_a_policy' });
  }
  const decision = decide(map);
  metrics.decided(
    WEBHOOK,
    decision.allowed ? 'allowed' : 'refused',
    decision.allowed ? 'valid' : 'policy_invalid',
  );
  return decision;
}
