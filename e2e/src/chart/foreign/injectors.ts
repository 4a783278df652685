import { parseAllDocuments, stringify } from 'yaml';

import type { Cluster } from '../../cluster/cluster.ts';
import { expect, type Steps } from '../../cluster/steps.ts';
import type { Api } from './api.ts';
import { canonicalText } from './canonical.ts';
import { injection, outcome, type Outcome } from './outcome.ts';
import type { ForeignPod, Json, Pod } from './pods.ts';

/** Another project's sidecar injector: its own code, built from its Go module. */
interface Injector {
  readonly name: string;
  readonly tool: string;
  /** The container that it adds. */
  readonly adds: string;
  /** Annotations that request its sidecar. */
  readonly annotations: Readonly<Record<string, string>>;
  /** It redirects the pod's traffic, as capture redirect does. */
  readonly redirects: boolean;
}

const INJECTORS: readonly Injector[] = [
  { name: 'Istio', tool: 'istio-inject', adds: 'istio-proxy', annotations: {}, redirects: true },
  {
    name: 'Dapr',
    tool: 'dapr-inject',
    adds: 'daprd',
    annotations: { 'dapr.io/enabled': 'true', 'dapr.io/app-id': 'model', 'dapr.io/app-port': '8000' },
    redirects: false,
  },
];

/** A namespace where pods are valid without a boundary, and one where they get one. */
export interface Namespaces {
  readonly bare: string;
  readonly guarded: string;
}

function containerNames(pod: Pod): readonly string[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    ((pod.spec[list] as readonly Json[] | undefined) ?? []).map((each) => String(each['name'])),
  );
}

function withAnnotations(pod: Pod, annotations: Readonly<Record<string, string>>): Pod {
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } },
  };
}

/** The pod after the other injector; null if it refuses it or leaves it alone. */
async function byForeign(cluster: Cluster, injector: Injector, pod: Pod): Promise<Pod | null> {
  const { status, stdout, stderr } = await cluster.inside([injector.tool], {
    input: stringify(pod, { aliasDuplicateObjects: false }),
  });
  if (status > 1) throw new Error(`${injector.tool} could not be run: ${stderr}`);
  if (status === 1) return null;
  const made = parseAllDocuments(stdout)[0]?.toJS() as Pod;
  const { name, labels = {}, annotations = {} } = made.metadata;
  const theirs: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations },
    spec: made.spec,
  };
  return containerNames(theirs).includes(injector.adds) ? theirs : null;
}

type Verdict = 'both' | 'not-theirs' | `refused ${string}`;

interface Injected {
  readonly kind: 'injected';
  readonly pod: Pod;
}

const mustBeInjected: (what: string, seen: Outcome) => asserts seen is Extract<Outcome, Injected> = (
  what,
  seen,
) => {
  if (seen.kind === 'injected') return;
  const why = seen.kind === 'broken' || seen.kind === 'invalid' ? seen.why : `refused ${seen.code}`;
  throw new Error(`${what}: ${why}`);
};

interface Beside {
  readonly cluster: Cluster;
  readonly api: Api;
  readonly injector: Injector;
  readonly namespaces: Namespaces;
}

/** Ours, theirs, ours: the other order. Null if the pod is invalid without theirs, or ours refuses it. */
async function oursFirst({ cluster, api, injector, namespaces }: Beside, pod: Pod): Promise<Outcome | null> {
  const ours = await outcome(api, namespaces.bare, namespaces.guarded, pod);
  if (ours.kind === 'refused' || ours.kind === 'invalid') return null;
  mustBeInjected('ours alone', ours);
  const added = await byForeign(cluster, injector, ours.pod);
  if (added === null) throw new Error('theirs leaves our pod alone');
  return injection(api, namespaces.guarded, added);
}

/** The pod without the other injector's parts: it describes our sidecar in its own environment. */
function withoutTheirs(pod: Pod, { adds }: Injector): string {
  const containers = (pod.spec['containers'] as readonly Json[]).filter((each) => each['name'] !== adds);
  return canonicalText({ ...pod, spec: { ...pod.spec, containers } });
}

/** Another pass through both changes at most their own container, and a further one nothing. @throws Error otherwise */
async function settled({ cluster, api, injector, namespaces }: Beside, pods: readonly Pod[]): Promise<void> {
  const pass = async (pod: Pod): Promise<Pod> => {
    if (!containerNames(pod).includes(injector.adds)) throw new Error('their sidecar is gone');
    const theirs = await byForeign(cluster, injector, pod);
    if (theirs === null) throw new Error('theirs fails on the pod that has both');
    const ours = await injection(api, namespaces.guarded, theirs);
    mustBeInjected('once more through both', ours);
    return ours.pod;
  };
  for (const pod of pods) {
    const third = await pass(pod);
    if (withoutTheirs(third, injector) !== withoutTheirs(pod, injector)) {
      throw new Error('once more through both changes what is not theirs');
    }
    const fourth = await pass(third);
    if (canonicalText(fourth) !== canonicalText(third)) throw new Error('it never settles');
  }
}

/**
 * Both orders: theirs, then ours; and ours, theirs, ours, as with the API server's second call. Then once more through both. @throws Error
 * if the orders differ, or do not converge
 */
async function bothOrders(beside: Beside, pod: Pod): Promise<Verdict> {
  const { bare, guarded } = beside.namespaces;
  const theirs = await byForeign(beside.cluster, beside.injector, pod);
  const first = theirs === null ? null : await outcome(beside.api, bare, guarded, theirs);
  if (first === null || first.kind === 'invalid') return 'not-theirs';
  const second = await oursFirst(beside, pod);
  if (first.kind === 'refused') {
    if (second?.kind === 'injected')
      throw new Error(`refused ${first.code} after theirs, injected before it`);
    return `refused ${first.code}`;
  }
  mustBeInjected('theirs, then ours', first);
  // Theirs may give the model something that ours requires; then there is no other order.
  if (second !== null) mustBeInjected('ours, theirs, ours', second);
  await settled(beside, second === null ? [first.pod] : [first.pod, second.pod]);
  return 'both';
}

const AT_ONCE = 4;
/** Minimum number of pods injected by both for a meaningful step. */
const ENOUGH = 30;

/** @returns counts, and failed expectations */
async function all(
  pods: readonly ForeignPod[],
  judge: (pod: Pod) => Promise<Verdict>,
): Promise<{ counts: ReadonlyMap<string, number>; broken: readonly string[] }> {
  const counts = new Map<string, number>();
  const broken: string[] = [];
  const queue = [...pods];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        const verdict = await judge(next.pod);
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      } catch (error) {
        broken.push(`${next.source}: ${error instanceof Error ? error.message : 'an unknown error'}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { counts, broken };
}

const REDIRECT = { 'llm-boundary.io/capture': 'redirect' };

/** Combinations with other injectors, by their own code, before and after ours. @param pods annotated for takeover */
export async function besideInjectors(
  cluster: Cluster,
  api: Api,
  steps: Steps,
  namespaces: Namespaces,
  pods: readonly ForeignPod[],
): Promise<void> {
  for (const injector of INJECTORS) {
    const check = async (chosen: readonly ForeignPod[], expected: RegExp): Promise<string> => {
      const { counts, broken } = await all(chosen, (pod) =>
        bothOrders({ cluster, api, injector, namespaces }, withAnnotations(pod, injector.annotations)),
      );
      const text = [...counts].map(([verdict, count]) => `${verdict} ${count}`).join(', ');
      expect(broken.length === 0, `${broken.length} pods (${text}):\n${broken.slice(0, 20).join('\n')}`);
      const met = [...counts].filter(([verdict]) => expected.test(verdict)).map(([, count]) => count);
      expect(met.reduce((a, b) => a + b, 0) >= ENOUGH, `too few pods that mean something: ${text}`);
      return text;
    };
    await steps.step(
      `${injector.name} before and after ours, takeover: both stay, and further passes change nothing`,
      () => check(pods, /^both$/),
    );
    await steps.step(
      injector.redirects
        ? `${injector.name} before and after ours, redirect: refused both ways`
        : `${injector.name} before and after ours, redirect: both stay, and further passes change nothing`,
      () =>
        check(
          pods.map(({ source, pod }) => ({ source, pod: withAnnotations(pod, REDIRECT) })),
          injector.redirects ? /^refused capture_conflict$/ : /^both$/,
        ),
    );
  }
}
