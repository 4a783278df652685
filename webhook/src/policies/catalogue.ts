import {
  LABELS,
  publishedName,
  type PolicyAnswer,
  type PolicyLookup,
  type PolicyMode,
} from '../inject/index.ts';
import { compose, type ComposeInput, type Composition, type EffectivePolicy } from './compose.ts';
import { readLayer, type LayerResult, type PolicyConfigMap, type PolicyLayer } from './layer.ts';
import { withShadow } from './shadow.ts';
import type { Wanted } from './wanted.ts';

/** Name of the system namespace's policy that bounds every other. Workloads cannot choose it. */
export const FLOOR = 'floor';
const DEFAULT = 'default';

interface Entry {
  /** Last valid version; null: none yet. */
  readonly good: PolicyLayer | null;
  /** Problems of the newest version; empty: it is valid. */
  readonly problems: readonly string[];
}

export type Effective =
  | { readonly kind: 'found'; readonly policy: EffectivePolicy }
  | Exclude<PolicyAnswer, { readonly kind: 'found' }>;

/** A policy ConfigMap that is invalid. */
export interface BrokenPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly problems: readonly string[];
  /** An earlier version remains in force. */
  readonly lastGoodHolds: boolean;
}

/** A ConfigMap whose policy holds, and beside which no shadow is judged. */
export type WithoutShadow = Omit<BrokenPolicy, 'lastGoodHolds'>;

/**
 * All known policies, from ConfigMaps or files. Owns its state; answers from memory. An invalid version never replaces a valid one, and
 * without any valid version all pods that depend on it are refused.
 */
export class PolicyCatalogue {
  readonly #systemNamespace: string;
  /** Namespace → ConfigMap name → entry. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #composed = new Map<string, Effective>();

  constructor(systemNamespace: string) {
    this.#systemNamespace = systemNamespace;
  }

  /** Adds a new version of a ConfigMap. One without the policy label is ignored. Returns whether it is valid. */
  set(map: PolicyConfigMap): LayerResult | null {
    const namespace = map.metadata.namespace ?? '';
    const { name } = map.metadata;
    if (map.metadata.labels?.[LABELS.policy] !== 'true') {
      this.delete(namespace, name);
      return null;
    }
    const result = readLayer(map);
    const before = this.#entries.get(namespace)?.get(name);
    const entries = this.#entries.get(namespace) ?? new Map<string, Entry>();
    entries.set(
      name,
      result.ok
        ? { good: result.layer, problems: [] }
        : { good: before?.good ?? null, problems: result.problems },
    );
    this.#entries.set(namespace, entries);
    this.#composed.clear();
    return result;
  }

  delete(namespace: string, name: string): void {
    if (this.#entries.get(namespace)?.delete(name) === true) this.#composed.clear();
  }

  /** Names that a workload may choose, sorted. */
  names(): readonly string[] {
    const system = this.#entries.get(this.#systemNamespace)?.keys() ?? [];
    return [...new Set([DEFAULT, ...system])].filter((name) => name !== FLOOR).sort();
  }

  /** Whether workloads that choose this name have no other policy than this ConfigMap. */
  isOnlySource(namespace: string, name: string): boolean {
    return namespace === this.#systemNamespace && name !== DEFAULT && name !== FLOOR;
  }

  broken(): readonly BrokenPolicy[] {
    return [...this.#entries].flatMap(([namespace, entries]) =>
      [...entries]
        .filter(([, { problems }]) => problems.length > 0)
        .map(([name, { problems, good }]) => ({ namespace, name, problems, lastGoodHolds: good !== null })),
    );
  }

  /**
   * Policies without the shadow that they name: those of the system namespace whose shadow is missing or invalid, and, of the wanted ones,
   * the published ConfigMaps where it fits everywhere else and not with the layers of that namespace.
   */
  withoutShadow(wanted: readonly Wanted[]): readonly WithoutShadow[] {
    const everywhere = this.names().flatMap((name) =>
      this.#withoutShadow({ namespace: this.#systemNamespace, name, mode: null }, name),
    );
    const told = new Set(everywhere.map(({ name }) => name));
    const inside = wanted
      .filter(({ name }) => !told.has(name))
      .flatMap((each) => this.#withoutShadow(each, publishedName(each.name, each.mode)));
    // Many pods want the same one.
    return [
      ...everywhere,
      ...new Map(inside.map((each) => [`${each.namespace}/${each.name}`, each])).values(),
    ];
  }

  #withoutShadow({ namespace, name, mode }: Wanted, configMap: string): readonly WithoutShadow[] {
    const answer = this.effective(namespace, name, mode);
    const problem = answer.kind === 'found' ? answer.policy.shadowProblem : null;
    return problem === null ? [] : [{ namespace, name: configMap, problems: [problem] }];
  }

  /** The number of policies, without the embedded default. */
  size(): number {
    return [...this.#entries.values()].reduce((sum, entries) => sum + entries.size, 0);
  }

  /** The valid layers of a policy, as they are met for pods of a namespace; those of the namespace with the namespace's name. */
  layers(namespace: string, name: string): Pick<ComposeInput, 'floor' | 'namespace' | 'workload'> {
    const { workload, floor, own } = this.#layersOf(namespace, name);
    return {
      floor: floor?.good ?? null,
      namespace: own.flatMap(({ good }) => good ?? []),
      workload: workload?.good ?? null,
    };
  }

  #layersOf(
    namespace: string,
    name: string,
  ): {
    readonly workload: Entry | undefined;
    readonly floor: Entry | undefined;
    readonly own: readonly Entry[];
  } {
    const system = this.#entries.get(this.#systemNamespace);
    const own =
      namespace === this.#systemNamespace ? [] : [...(this.#entries.get(namespace)?.values() ?? [])];
    return { workload: name === FLOOR ? undefined : system?.get(name), floor: system?.get(FLOOR), own };
  }

  effective(namespace: string, name: string, mode: PolicyMode | null): Effective {
    const key = JSON.stringify([namespace, name, mode]);
    const known = this.#composed.get(key);
    if (known !== undefined) return known;
    const answer = this.#compose(namespace, name, mode);
    // Creators of pods choose unknown names; only known ones are cached, and these are few.
    if (answer.kind !== 'unknown') this.#composed.set(key, answer);
    return answer;
  }

  readonly lookup: PolicyLookup = (namespace, name, mode) => {
    const answer = this.effective(namespace, name, mode);
    return answer.kind === 'found' ? { kind: 'found', policy: answer.policy.inject } : answer;
  };

  #compose(namespace: string, name: string, mode: PolicyMode | null): Effective {
    const { workload, floor, own } = this.#layersOf(namespace, name);
    if (workload === undefined && name !== DEFAULT) return { kind: 'unknown', names: this.names() };
    const all = [workload, floor, ...own].filter((entry) => entry !== undefined);
    const dead = all.find(({ good }) => good === null);
    if (dead !== undefined) return { kind: 'invalid', message: dead.problems.join('; ') };
    const outer = {
      floor: floor?.good ?? null,
      namespace: own.flatMap(({ good }) => (good === null ? [] : [good])),
    };
    const composition = compose({ ...outer, name, mode, workload: workload?.good ?? null });
    if (!composition.ok) return { kind: 'invalid', message: composition.problem };
    return { kind: 'found', policy: this.#withShadow(composition.policy, workload, outer) };
  }

  #withShadow(
    policy: EffectivePolicy,
    workload: Entry | undefined,
    outer: Pick<ComposeInput, 'floor' | 'namespace'>,
  ): EffectivePolicy {
    const shadow = workload?.good?.shadow ?? null;
    if (shadow === null) return policy;
    return withShadow(policy, shadow, this.#shadowNamed(shadow, policy.inject.mode, outer));
  }

  /** Composed as if it replaced the policy: a pod in `observe` still learns what the shadow would enforce. */
  #shadowNamed(
    name: string,
    mode: PolicyMode | null,
    outer: Pick<ComposeInput, 'floor' | 'namespace'>,
  ): Composition {
    const names = this.names();
    if (!names.includes(name))
      return {
        ok: false,
        problem: `no policy is named ${JSON.stringify(name)}; there are ${names.join(', ')}`,
      };
    const entry = this.#entries.get(this.#systemNamespace)?.get(name);
    if (entry?.good === null) return { ok: false, problem: entry.problems.join('; ') };
    const enforced = mode === 'enforce' ? mode : null;
    return compose({ ...outer, name, mode: enforced, workload: entry?.good ?? null });
  }
}
