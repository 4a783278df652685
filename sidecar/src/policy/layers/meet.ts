import { policyRule, type PolicyDocument } from '../keys/schema.ts';

/**
 * The weakest document that is at least as strict as both: idempotent, commutative and associative. A key that only one of them sets has
 * that value. Canonical.
 */
export function meet(a: PolicyDocument, b: PolicyDocument): PolicyDocument {
  return policyRule.canonical(policyRule.meet(a, b));
}

/** The meet of layers; of none, a document with `enforce` only. */
export function meetAll(layers: readonly PolicyDocument[]): PolicyDocument {
  const [first, ...rest] = layers;
  return rest.reduce(meet, policyRule.canonical(first ?? { version: 1, mode: 'enforce' }));
}
