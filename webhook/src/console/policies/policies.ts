import { explainPolicy, unifiedDiff } from '@llm-boundary/sidecar/lab';

import type { Policies, Policy, PolicyLayer, PolicyRow, PolicyValue } from '../api-policies.ts';
import type { Layers } from '@llm-boundary/sidecar/policy';
import { inMode, mountedBy } from '../../policies/index.ts';
import type { PolicyBook, SeenPod } from '../source.ts';

const POLICY = 'policy.yaml';
const SHADOW = 'shadow.yaml';
/** Of pods that choose none. */
export const DEFAULT = 'default';

/** An effective policy that pods have, or may have. */
export interface PolicyKey {
  readonly namespace: string;
  readonly name: string;
  readonly asked: PolicyRow['asked'];
}

function rowOf(book: PolicyBook, { namespace, name, asked }: PolicyKey, pods: number): PolicyRow {
  const effective = book.effective(namespace, name, asked);
  const base = { name, namespace, asked, pods, shadow: book.layers(namespace, name).shadow };
  switch (effective.kind) {
    case 'unknown':
      return { ...base, mode: null, sha256: null, problem: `no policy is named ${name}` };
    case 'invalid':
      return { ...base, mode: null, sha256: null, problem: effective.message };
    case 'found': {
      const isObserved = /^mode: observe$/m.test(effective.policy.data[POLICY] ?? '');
      const { sha256 } = effective.policy.inject;
      return { ...base, mode: isObserved ? 'observe' : 'enforce', sha256, problem: null };
    }
    default:
      return effective satisfies never;
  }
}

function keyOf({ namespace, name, asked }: PolicyKey): string {
  return JSON.stringify([name, namespace, asked]);
}

/** The policies that the pods have mounted, by name and namespace. @param pods those that the caller may see */
export function policiesOf(pods: readonly SeenPod[], book: PolicyBook): Policies {
  const counts = new Map<string, { readonly key: PolicyKey; pods: number }>();
  for (const { pod, phase } of pods) {
    const mounted = mountedBy(pod, phase);
    if (mounted === null) continue;
    const key = { namespace: mounted.namespace, name: mounted.name, asked: mounted.mode };
    const known = counts.get(keyOf(key)) ?? { key, pods: 0 };
    known.pods += 1;
    counts.set(keyOf(key), known);
  }
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return { v: 1, policies: sorted.map(({ key, pods: count }) => rowOf(book, key, count)) };
}

/** Each value of the effective policy, with the layers that set it. */
export function valuesOf(layers: Layers): readonly PolicyValue[] {
  return explainPolicy(layers).map(({ path, value, from }) => ({
    path,
    value: JSON.stringify(value),
    from,
  }));
}

/** As for pods whose annotation asks for a mode: `pod` set it. */
function valuesFor(layers: Layers, asked: PolicyKey['asked']): readonly PolicyValue[] {
  const workload = inMode(layers.workload, asked, layers.floor);
  const values = valuesOf({ ...layers, workload });
  if (workload === layers.workload) return values;
  const isAsked = ({ path, value }: PolicyValue): boolean =>
    path === 'mode' || (path.endsWith('.mode') && asked === 'observe' && value === JSON.stringify(asked));
  return values.map((value) =>
    isAsked(value)
      ? { ...value, from: value.from.map((layer) => (layer === 'workload' ? 'pod' : layer)) }
      : value,
  );
}

/**
 * Whether a policy may be shown to who sees a namespace: its pods have it, or it holds for those that choose none, or the caller sees where policies
 * live. Others may be of workloads that the caller may not see.
 */
export function mayShow(
  { namespace, name }: Pick<PolicyKey, 'namespace' | 'name'>,
  pods: readonly SeenPod[],
  { home }: Pick<PolicyBook, 'home'>,
  sees: ReadonlySet<string>,
): boolean {
  const isMounted = ({ pod, phase }: SeenPod): boolean => {
    const mounted = mountedBy(pod, phase);
    return mounted?.namespace === namespace && mounted.name === name;
  };
  return sees.has(home) || name === DEFAULT || pods.some(isMounted);
}

const UNSHOWN =
  'The shadow cannot be used; why is for those who may list the pods of the namespace of the policies.';

/** Null: there is no such policy, or it may not be shown. `pods`: of its namespace; `sees`: namespaces that the caller may see, of those that layers come from. */
export function policyOf(
  key: PolicyKey,
  pods: readonly SeenPod[],
  book: PolicyBook,
  sees: ReadonlySet<string>,
): Policy | null {
  if (!mayShow(key, pods, book, sees)) return null;
  const effective = book.effective(key.namespace, key.name, key.asked);
  if (effective.kind === 'unknown') return null;
  const known = policiesOf(pods, book).policies.find(
    ({ name, namespace, asked }) => keyOf({ name, namespace, asked }) === keyOf(key),
  );
  const { texts, ...layers } = book.layers(key.namespace, key.name);
  const { data = {}, shadowProblem = null } = effective.kind === 'found' ? effective.policy : {};
  const [text = null, shadow = null] = [data[POLICY], data[SHADOW]];
  return {
    v: 1,
    row: known ?? rowOf(book, key, 0),
    text,
    layers: texts.map((each): PolicyLayer => ({
      layer: each.layer,
      source: `${each.namespace}/${each.name}`,
      text: sees.has(each.namespace) ? each.text : null,
    })),
    values: valuesFor(layers, key.asked),
    shadowDiff: text === null || shadow === null ? null : unifiedDiff(text, shadow, 'policy.yaml'),
    // It names other policies.
    shadowProblem: shadowProblem === null || sees.has(book.home) ? shadowProblem : UNSHOWN,
  };
}
