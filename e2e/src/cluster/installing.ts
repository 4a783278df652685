import { makeImages } from './images.ts';
import type { Release } from './release.ts';
import {
  initNames,
  INJECT,
  isInjected,
  manifest,
  NAMESPACES,
  ready,
  SIDECAR,
  STATUS,
  statusOf,
  webhookPods,
  type Fixture,
} from './fixture.ts';
import { expect } from './steps.ts';
import { until } from './shell.ts';

/** Chapter: images, chart, namespaces, and workloads with the boundary. All later chapters depend on it. */
export async function installing(fixture: Fixture, release: Release): Promise<void> {
  const { cluster, steps } = fixture;
  const essential = { essential: true } as const;
  steps.chapter('Installing');
  await steps.step('images are there, made from the Dockerfiles', () => makeImages(cluster), essential);
  await steps.step(
    'helm installs the chart and both replicas are ready',
    () => install(fixture, release),
    essential,
  );
  await steps.step('a labelled namespace gets its published policy', () => namespaces(fixture), essential);
  await steps.step(
    'a model, an agent, a Job, a CronJob and a StatefulSet are admitted',
    async () => {
      await cluster.apply(manifest('outsiders.yaml'), NAMESPACES.clients);
      // The external host runs before any attempt to reach it.
      await ready(fixture, NAMESPACES.clients, ['pod'], 120);
      await cluster.apply(manifest('workloads.yaml'), NAMESPACES.guarded);
      return null;
    },
    essential,
  );
  await steps.step(
    'every pod in the labelled namespace is injected',
    () => everyPodInjected(fixture),
    essential,
  );
  await steps.step('all of them become ready', () => allReady(fixture), essential);
  await steps.step('the Job completes, and its pod with it', () => jobCompletes(fixture), { attempts: [18] });
  await steps.step('a pod outside of the labelled namespace stays as it was', async () => {
    const pod = await cluster.get('pod', 'unguarded', NAMESPACES.clients);
    expect(initNames(pod).length === 0, 'it has init containers');
    expect(pod.metadata.annotations?.[STATUS] === undefined, 'it has a status annotation');
    return null;
  });
}

async function install(fixture: Fixture, release: Release): Promise<string> {
  await release.deploy();
  const pods = await webhookPods(fixture);
  expect(pods.length === 2, `expected 2 webhook pods in ${NAMESPACES.system}, found ${pods.length}`);
  return `${pods.length} replicas`;
}

async function namespaces({ cluster }: Fixture): Promise<string> {
  const labelled = (name: string, labels: object): object => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
  await cluster.apply([labelled(NAMESPACES.guarded, { [INJECT]: 'true' }), labelled(NAMESPACES.clients, {})]);
  const map = await until('the published policy', 30, async () => {
    const maps = await cluster.list('configmaps', NAMESPACES.guarded, 'llm-boundary.io/published=true');
    return maps[0] ?? null;
  });
  expect(map.data?.['policy.yaml'] !== undefined, `ConfigMap ${map.metadata.name} has no policy.yaml`);
  return map.metadata.name;
}

const APPS = ['model', 'agent', 'question', 'slow', 'redirected', 'taken-over'];

async function everyPodInjected({ cluster }: Fixture): Promise<string> {
  const pods = await until('a pod of each workload', 30, async () => {
    const found = await cluster.list('pods', NAMESPACES.guarded);
    const apps = new Set(found.map(({ metadata }) => metadata.labels?.['app']));
    return APPS.every((app) => apps.has(app)) ? found : null;
  });
  for (const pod of pods) {
    expect(isInjected(pod), `pod ${pod.metadata.name} has no ${SIDECAR}: ${initNames(pod).join(', ')}`);
    const status = pod.metadata.annotations?.[STATUS] ?? '';
    const wanted = pod.metadata.labels?.['app'] === 'taken-over' ? 'takeover' : 'redirect';
    expect(
      status.includes(`"capture":"${wanted}"`),
      `pod ${pod.metadata.name}: expected capture ${wanted}: ${status}`,
    );
  }
  return `${pods.length} pods`;
}

async function allReady(fixture: Fixture): Promise<null> {
  await ready(fixture, NAMESPACES.guarded, ['pod', '-l', 'app notin (question, every-minute)'], 240);
  return null;
}

async function jobCompletes({ cluster }: Fixture): Promise<null> {
  await until('the Job is complete', 120, async () => {
    const { status } = await cluster.get('job', 'question', NAMESPACES.guarded);
    return Number(status?.['succeeded'] ?? 0) > 0 ? true : null;
  });
  await until('the pod of the Job has ended', 40, async () => {
    const [pod] = await cluster.list('pods', NAMESPACES.guarded, 'app=question');
    return pod !== undefined && statusOf(pod).phase === 'Succeeded' ? true : null;
  });
  return null;
}
