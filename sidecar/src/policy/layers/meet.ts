import { policyRule, type PolicyDocument } from '../keys/schema.ts';

/**
 * The weakest document that is at least as strict as both: idempotent, commutative and associative. What one document does not
 * name, the other decides. In canonical form.
 */
export function meet(a: PolicyDocument, b: PolicyDocument): PolicyDocument {
  return policyRule.canonical(policyRule.meet(a, b));
}

/** The meet of layers; of none, a document that says nothing but `enforce`. */
export function meetAll(layers: readonly PolicyDocument[]): PolicyDocument {
  const [first, ...rest] = layers;
  return rest.reduce(meet, policyRule.canonical(first ?? { version: 1, mode: 'enforce' }));
}
