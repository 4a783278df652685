import type { Composition, EffectivePolicy } from './compose.ts';
import { POLICY_KEY } from './layer.ts';

/** Key of the published ConfigMap under which a sidecar finds what it judges beside the policy. */
const SHADOW_KEY = 'shadow.yaml';

/**
 * A policy with its shadow in the same ConfigMap. Whatever is wrong with the shadow takes nothing from the policy: it is published without
 * one, and says why.
 */
export function withShadow(policy: EffectivePolicy, name: string, shadow: Composition): EffectivePolicy {
  const without = (problem: string): EffectivePolicy => ({ ...policy, shadowProblem: problem });
  if (!shadow.ok) return without(shadow.problem);
  const { [POLICY_KEY]: text = '', ...files } = shadow.policy.data;
  const clash = Object.entries(files).find(([key, file]) => (policy.data[key] ?? file) !== file);
  if (clash !== undefined)
    return without(`policy ${name}: ${clash[0]} differs from the file of that name of the live policy`);
  return { ...policy, data: { ...policy.data, ...files, [SHADOW_KEY]: text } };
}
