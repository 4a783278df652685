import { policyRule } from '../keys/schema.ts';
import { writtenPolicy } from './canonical.ts';
import { completeFloor } from './defaults.ts';
import { effectivePolicy, type Layers } from './effective.ts';

/** The deciding layer. `silent floor`: a default implied by a floor that omits the key. */
type Decider = 'floor' | 'silent floor' | 'namespace' | 'workload' | 'default';

/** One line of the effective policy. */
export interface Explained {
  /** `ingress.injection.action` */
  readonly path: string;
  readonly value: unknown;
  /** Layers with exactly this value; if none has it, all that set the key, since the value is their meet. */
  readonly from: readonly Decider[];
}

/** The effective value and the deciding layers of each field, sorted by path. */
export function explainPolicy(layers: Layers): readonly Explained[] {
  const effective = flatten(writtenPolicy(effectivePolicy(layers)));
  const found = sources(layers);
  return [...effective.keys()]
    .map((path) => {
      const by = observing(path, effective) ?? path;
      const value = effective.get(by);
      return { path, value, from: deciders(by, value, found) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The mode above a mode, of the document or of its section, that observes and so decides; null: it decides itself. */
function observing(path: string, effective: ReadonlyMap<string, unknown>): string | null {
  const parts = path.split('.');
  if (parts.at(-1) !== 'mode') return null;
  const above = parts.slice(0, -1).map((_, depth) => [...parts.slice(0, depth), 'mode'].join('.'));
  return above.find((mode) => effective.get(mode) === 'observe') ?? null;
}

type Sources = readonly { readonly decider: Decider; readonly values: ReadonlyMap<string, unknown> }[];

function sources({ floor, namespace, workload }: Layers): Sources {
  const found: { decider: Decider; values: ReadonlyMap<string, unknown> }[] = [];
  if (floor !== undefined) {
    const own = flatten(writtenPolicy(policyRule.canonical(floor)));
    const completed = flatten(writtenPolicy(policyRule.canonical(completeFloor(floor))));
    found.push({ decider: 'floor', values: own });
    found.push({
      decider: 'silent floor',
      values: new Map([...completed].filter(([path]) => !own.has(path))),
    });
  }
  if (namespace !== undefined)
    found.push({ decider: 'namespace', values: flatten(writtenPolicy(policyRule.canonical(namespace))) });
  if (workload !== undefined)
    found.push({ decider: 'workload', values: flatten(writtenPolicy(policyRule.canonical(workload))) });
  return found;
}

function deciders(path: string, value: unknown, found: Sources): readonly Decider[] {
  const deciding = found.filter(({ values }) => values.has(path));
  const agree = deciding.filter(({ values }) => JSON.stringify(values.get(path)) === JSON.stringify(value));
  const from = (agree.length > 0 ? agree : deciding).map(({ decider }) => decider);
  return from.length === 0 ? ['default'] : from;
}

/** Leaves by path; lists and allow-lists are leaves. */
function flatten(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'allOf' in value)
    return new Map([[path, value]]);
  const leaves = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    for (const [leaf, found] of flatten(item, path === '' ? key : `${path}.${key}`)) leaves.set(leaf, found);
  }
  return leaves;
}
