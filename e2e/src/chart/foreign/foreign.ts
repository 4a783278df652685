import type { Cluster } from '../../cluster/cluster.ts';
import { until } from '../../cluster/shell.ts';
import { expect, type Steps } from '../../cluster/steps.ts';
import { Api } from './api.ts';
import { CORPUS } from './corpus.ts';
import { besideInjectors } from './injectors.ts';
import { manifestFiles } from './modules.ts';
import { outcome, type Outcome } from './outcome.ts';
import { foreignPods, type ForeignPod, type Json, type Pod } from './pods.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
type Level = (typeof LEVELS)[number];

function bare(level: Level): string {
  return `foreign-${level}`;
}
function guarded(level: Level): string {
  return `foreign-${level}-guarded`;
}

/** Minimum number of valid foreign pods for a meaningful round. Few are written for `restricted`. */
const ENOUGH: Readonly<Record<Level, number>> = { privileged: 100, baseline: 100, restricted: 20 };
const AT_ONCE = 4;

function portsOf(pod: Pod): readonly unknown[] {
  return (pod.spec['containers'] as readonly Json[]).flatMap((each) =>
    Array.isArray(each['ports']) ? (each['ports'] as readonly unknown[]) : [],
  );
}

/** The author's annotation for a server without an adapter, and the variables that it names. */
function annotated({ source, pod }: ForeignPod): ForeignPod {
  const serves = portsOf(pod).length > 0;
  const asked = serves
    ? { 'llm-boundary.io/listen': 'env=HOST,PORT' }
    : { 'llm-boundary.io/model-ports': 'none' };
  const annotations = { ...pod.metadata.annotations, 'llm-boundary.io/capture': 'takeover', ...asked };
  const containers = (pod.spec['containers'] as readonly Json[]).map(withVariables);
  const spec = serves ? { ...pod.spec, containers } : pod.spec;
  return { source, pod: { ...pod, metadata: { ...pod.metadata, annotations }, spec } };
}

/** `HOST` and `PORT`, unless the container has them. */
function withVariables(container: Json): Json {
  const env = Array.isArray(container['env']) ? (container['env'] as readonly Json[]) : [];
  const [port] = Array.isArray(container['ports']) ? (container['ports'] as readonly Json[]) : [];
  if (port === undefined) return container;
  const variables = { HOST: '0.0.0.0', PORT: String(port['containerPort']) };
  const added = Object.entries(variables).filter(([name]) => !env.some((each) => each['name'] === name));
  return { ...container, env: [...env, ...added.map(([name, value]) => ({ name, value }))] };
}

const ROUNDS: readonly (readonly [string, Level, (pod: ForeignPod) => ForeignPod])[] = [
  ['as they are, Pod Security privileged', 'privileged', (pod) => pod],
  ['as they are, Pod Security baseline', 'baseline', (pod) => pod],
  ['as they are, Pod Security restricted', 'restricted', (pod) => pod],
  ['with takeover asked for, Pod Security privileged', 'privileged', annotated],
  ['with takeover asked for, Pod Security baseline', 'baseline', annotated],
  ['with takeover asked for, Pod Security restricted', 'restricted', annotated],
];

function namespaces(): readonly object[] {
  return LEVELS.flatMap((level) => [bare(level), guarded(level)]).map((name) => {
    const level = name.replace(/^foreign-|-guarded$/g, '');
    const inject = name.endsWith('-guarded') ? { 'llm-boundary.io/inject': 'true' } : {};
    const labels = { 'pod-security.kubernetes.io/enforce': level, ...inject };
    return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  });
}

/** The API rejects a pod without its service account, which says nothing about its shape. */
function serviceAccounts(pods: readonly ForeignPod[]): readonly object[] {
  const names = new Set(
    pods.flatMap(({ pod }) => [pod.spec['serviceAccountName'], pod.spec['serviceAccount']]),
  );
  return LEVELS.flatMap((level) => [bare(level), guarded(level)]).flatMap((namespace) =>
    [...names]
      .filter((name): name is string => typeof name === 'string' && name !== 'default' && name !== '')
      .map((name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })),
  );
}

interface Judged {
  readonly source: string;
  readonly outcome: Outcome;
}

async function judgeAll(api: Api, level: Level, pods: readonly ForeignPod[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const queue = [...pods];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      judged.push({
        source: next.source,
        outcome: await outcome(api, bare(level), guarded(level), next.pod),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return judged;
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ');
}

/** @throws Unexpected if a pod is neither injected nor refused with a reason */
function report(judged: readonly Judged[]): { text: string; valid: number } {
  const outcomes = judged.map((each) => each.outcome);
  const broken = judged.flatMap(({ source, outcome: each }) =>
    each.kind === 'broken' ? [`${source}: ${each.why}`] : [],
  );
  expect(broken.length === 0, `${broken.length} pods:\n${broken.slice(0, 20).join('\n')}`);
  const injected = outcomes.flatMap((each) => (each.kind === 'injected' ? [each.capture] : []));
  const refused = outcomes.flatMap((each) => (each.kind === 'refused' ? [each.code] : []));
  const valid = injected.length + refused.length;
  return {
    valid,
    text: `${valid} valid before: ${injected.length} injected (${tally(injected)}), ${refused.length} refused (${tally(refused)})`,
  };
}

/** Pods of other projects: each is injected, still valid and unchanged by a second injection; or refused with its field. */
export async function foreign(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter("Pods from other projects' public test data, by dry runs of the real API server");
  let pods: readonly ForeignPod[] = [];
  await steps.step('the pinned Go modules have their hashes', async () => {
    const files = (await Promise.all(CORPUS.map(manifestFiles))).flat();
    pods = foreignPods(files);
    expect(pods.length >= ENOUGH.privileged, `only ${pods.length} shapes`);
    return `${files.length} files, ${pods.length} different shapes of pods`;
  });
  await cluster.apply(namespaces());
  await cluster.apply(serviceAccounts(pods));
  const api = await Api.open();
  try {
    await until('the webhook knows the namespaces', 30, async () => {
      const probe = await outcome(api, bare('privileged'), guarded('privileged'), PROBE);
      return probe.kind === 'injected' ? true : Promise.reject(new Error(JSON.stringify(probe)));
    });
    for (const [name, level, change] of ROUNDS) {
      await steps.step(name, async () => {
        const { text, valid } = report(await judgeAll(api, level, pods.map(change)));
        expect(valid >= ENOUGH[level], `only ${valid} pods were valid before`);
        return text;
      });
    }
    steps.chapter("Beside other injectors' sidecars, made by their own code");
    const namespaces = { bare: bare('privileged'), guarded: guarded('privileged') };
    // Every tenth, since each takes several processes.
    const chosen = pods.filter((_, index) => index % 10 === 0).map(annotated);
    await besideInjectors(cluster, api, steps, namespaces, chosen);
  } finally {
    await api.close();
    const names = LEVELS.flatMap((level) => [bare(level), guarded(level)]);
    await cluster.tryKubectl(['delete', 'namespace', ...names, '--ignore-not-found', '--wait=false']);
  }
}

const PROBE: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe' },
  spec: { containers: [{ name: 'model', image: 'example.com/model:1', ports: [{ containerPort: 8000 }] }] },
};
