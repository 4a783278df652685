import { z } from 'zod';

import {
  LABELS,
  parseNamespace,
  parsePod,
  publishedName,
  type Namespace,
  type Pod,
} from '../inject/index.ts';
import { parseConfigMap, PolicyCatalogue, type PolicyConfigMap } from '../policies/index.ts';
import type { PostureDeps } from './assess.ts';
import { Asker, MissingRights, rightText, type Get, type Right } from './rights.ts';

/** A pod with its phase. */
export interface RunningPod {
  readonly pod: Pod;
  readonly phase: string | null;
}

/** The workloads and policies at one time. */
export interface Snapshot extends Pick<PostureDeps, 'namespace' | 'effective'> {
  readonly pods: readonly RunningPod[];
  /** What could not be looked at, and what was taken in its place: one sentence each. */
  readonly notes: readonly string[];
}

export interface Scope {
  readonly systemNamespace: string;
  /** The only namespace that is read, besides the policies of the system namespace. Null: all. */
  readonly only: string | null;
}

const items = z.looseObject({ items: z.array(z.unknown()) });
const withPhase = z.looseObject({ status: z.looseObject({ phase: z.string().nullish() }).nullish() });

export function phaseOf(object: unknown): string | null {
  return withPhase.safeParse(object).data?.status?.phase ?? null;
}

/**
 * Reads what is there, without a watch. For one namespace that takes `get` of it, and `list` of its pods and ConfigMaps; without `list` of
 * ConfigMaps in the system namespace, the policies are those that the webhook published beside the pods. @throws MissingRights with all of
 * them, and what `get` throws
 */
export async function readSnapshot(get: Get, scope: Scope): Promise<Snapshot> {
  return scope.only === null
    ? ofAll(get, scope.systemNamespace)
    : ofOne(get, scope.systemNamespace, scope.only);
}

async function ofAll(get: Get, systemNamespace: string): Promise<Snapshot> {
  const asker = new Asker(get);
  const list = (resource: string, query = ''): Promise<unknown> =>
    asker.ask(`/api/v1/${resource}${query}`, { verb: 'list', resource, namespace: null });
  const [namespaces, policies, pods] = await Promise.all([
    list('namespaces'),
    list('configmaps', labelled(LABELS.policy)),
    list('pods'),
  ]);
  if (asker.missing.length > 0)
    throw new MissingRights(asker.missing, '; with rights in one namespace, name it: --namespace NAME');
  return {
    pods: podsOf(pods),
    namespace: namespacesOf(items.parse(namespaces).items),
    effective: effectiveOf(systemNamespace, [policies]),
    notes: [],
  };
}

async function ofOne(get: Get, systemNamespace: string, only: string): Promise<Snapshot> {
  const [asker, system] = [new Asker(get), new Asker(get)];
  const at = `/api/v1/namespaces/${only}`;
  const list = (resource: string, query = ''): Promise<unknown> =>
    asker.ask(`${at}/${resource}${query}`, { verb: 'list', resource, namespace: only });
  const policyRight: Right = { verb: 'list', resource: 'configmaps', namespace: systemNamespace };
  const [namespace, own, pods, shared] = await Promise.all([
    asker.ask(at, { verb: 'get', resource: 'namespaces', namespace: only }),
    list('configmaps', labelled(LABELS.policy)),
    list('pods'),
    system.ask(`/api/v1/namespaces/${systemNamespace}/configmaps${labelled(LABELS.policy)}`, policyRight),
  ]);
  if (asker.missing.length > 0) throw new MissingRights(asker.missing, '');
  const known = { pods: podsOf(pods), namespace: namespacesOf([namespace]) };
  if (system.missing.length === 0)
    return { ...known, effective: effectiveOf(systemNamespace, [shared, own]), notes: [] };
  return {
    ...known,
    effective: publishedIn(await get(`${at}/configmaps${labelled(LABELS.published)}`)),
    notes: [
      `This account may not ${rightText(policyRight)}: the gaps are those of the policies as they were published in ${only}, and whether their sources are missing or invalid is not known.`,
    ],
  };
}

function labelled(label: string): string {
  return `?${new URLSearchParams({ labelSelector: `${label}=true` }).toString()}`;
}

function podsOf(list: unknown): readonly RunningPod[] {
  return items.parse(list).items.flatMap((object) => {
    const parsed = parsePod(object);
    return parsed.ok ? [{ pod: parsed.value, phase: phaseOf(object) }] : [];
  });
}

function namespacesOf(objects: readonly unknown[]): Snapshot['namespace'] {
  const known = new Map<string, Namespace>();
  for (const object of objects) {
    const parsed = parseNamespace(object);
    if (parsed.ok) known.set(parsed.value.metadata.name, parsed.value);
  }
  return (name) => known.get(name) ?? null;
}

function mapsOf(list: unknown, isPublished: boolean): readonly PolicyConfigMap[] {
  return items
    .parse(list)
    .items.flatMap((object) => parseConfigMap(object) ?? [])
    .filter(({ metadata }) => (metadata.labels?.[LABELS.published] === 'true') === isPublished);
}

function effectiveOf(systemNamespace: string, lists: readonly unknown[]): Snapshot['effective'] {
  const catalogue = new PolicyCatalogue(systemNamespace);
  for (const map of lists.flatMap((list) => mapsOf(list, false))) catalogue.set(map);
  return catalogue.effective.bind(catalogue);
}

function publishedIn(list: unknown): Snapshot['effective'] {
  const maps = new Map(mapsOf(list, true).map((map) => [map.metadata.name, map.data ?? {}]));
  return (_namespace, name, mode) => {
    const data = maps.get(publishedName(name, mode));
    return data === undefined ? { kind: 'unknown', names: [] } : { kind: 'found', policy: { data } };
  };
}
