import { meet } from '@llm-boundary/sidecar/policy';
import { z } from 'zod';

import type { BookLayers, ConsoleSource, SeenPod } from '../console/source.ts';
import type { SidecarClient } from '../console/sidecar-client.ts';
import { controllerOf, DEFAULT_CONFIG, type Pod } from '../inject/index.ts';
import type { ClusterState } from '../kube/cluster.ts';
import { fingerprintsOf, type PolicyCatalogue, type PolicyLayer } from '../policies/index.ts';
import { assess } from '../posture/assess.ts';
import { conditionsOf } from '../posture/conditions.ts';
import { askForSilence } from '../posture/silent.ts';
import type { RunningPod } from '../posture/snapshot.ts';

const facts = z.looseObject({
  metadata: z.looseObject({ uid: z.string().nullish() }).nullish(),
  status: z.looseObject({ podIP: z.string().nullish() }).nullish(),
});

/** How long the list of workloads is used before changes of the cluster are looked at. */
const LIST_MS = 1_000;

export interface ClusterSourceDeps {
  readonly state: Pick<ClusterState, 'pods' | 'namespace' | 'catalogue'>;
  readonly sidecars: Pick<SidecarClient, 'conditions' | 'exchanges'>;
  /** GET of the API server. */
  readonly send: (path: string) => Promise<unknown>;
  readonly systemNamespace: string;
  readonly prometheus: ConsoleSource['prometheus'];
  readonly now: () => number;
}

/** The cluster as the console shows it. */
export function clusterSource({
  state,
  sidecars,
  send,
  systemNamespace,
  prometheus,
  now,
}: ClusterSourceDeps): ConsoleSource {
  let listed: { readonly pods: readonly SeenPod[]; readonly untilMs: number } | null = null;
  const deps = {
    namespace: (name: string) => state.namespace(name),
    effective: state.catalogue.effective.bind(state.catalogue),
    systemNamespaces: DEFAULT_CONFIG.systemNamespaces,
  };
  const seen = ({ pod, phase }: RunningPod): readonly SeenPod[] => {
    const finding = assess(pod, phase, deps);
    return finding === null ? [] : [{ finding, pod, phase, ...whereIs(pod) }];
  };
  return {
    kind: 'cluster',
    pods: () => {
      if (listed === null || now() >= listed.untilMs)
        listed = { pods: state.pods().flatMap(seen), untilMs: now() + LIST_MS };
      return listed.pods;
    },
    conditions: async (pod) => {
      const [found] = await conditionsOf([pod], () => sidecars.conditions(pod));
      return found ?? { source: 'none', verdict: 'unknown', problem: 'not asked' };
    },
    exchanges: (pod, query) => sidecars.exchanges(pod, query),
    prometheus,
    silence: () => askForSilence(systemNamespace, send),
    policies: {
      home: systemNamespace,
      names: () => state.catalogue.names(),
      effective: deps.effective,
      layers: (namespace, name) => bookLayers(state.catalogue, { namespace, name, systemNamespace }),
    },
  };
}

function whereIs(pod: Pod): Pick<SeenPod, 'uid' | 'ip' | 'controller'> {
  const { metadata, status } = facts.parse(pod);
  return {
    uid: metadata?.uid ?? '',
    ip: status?.podIP ?? null,
    controller: controllerOf(pod.metadata ?? {}) ?? { kind: 'Pod', name: pod.metadata?.name ?? '' },
  };
}

function bookLayers(
  catalogue: Pick<PolicyCatalogue, 'layers'>,
  { namespace, name, systemNamespace }: { namespace: string; name: string; systemNamespace: string },
): BookLayers {
  const { floor, namespace: own, workload } = catalogue.layers(namespace, name);
  const [first, ...rest] = own.map(({ document }) => document);
  const files = [floor, ...own, workload].flatMap((layer) => [...(layer?.files ?? [])]);
  const textOf = (layer: BookLayers['texts'][number]['layer'], place: string) => {
    return ({ name: of, text }: PolicyLayer): BookLayers['texts'][number] => ({
      ...{ layer, namespace: place, name: of, text },
    });
  };
  return {
    floor: floor?.document,
    namespace: first === undefined ? undefined : rest.reduce(meet, first),
    workload: workload?.document,
    texts: [
      ...(floor === null ? [] : [floor]).map(textOf('floor', systemNamespace)),
      ...own.map(textOf('namespace', namespace)),
      ...(workload === null ? [] : [workload]).map(textOf('workload', systemNamespace)),
    ],
    fingerprints: fingerprintsOf(new Map(files)),
    shadow: workload?.shadow ?? null,
  };
}
