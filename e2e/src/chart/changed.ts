import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { CHART, toolOutput } from './render.ts';
import { author, injected, REDIRECT } from './shapes.ts';

/** A pod as it would be created now, by a server-side dry run. */
async function probe(cluster: Cluster): Promise<string> {
  const pod = JSON.stringify(await injected(cluster, author('probe', REDIRECT)));
  expect(pod.includes('llm-boundary-sidecar'), 'it was admitted without the sidecar');
  return pod;
}

/** A container that is named keeps SETUID, whatever else is refused, and the admission policies agree. */
async function keptPrivileges(cluster: Cluster): Promise<void> {
  const root = (name: string, capabilities: object): object => ({
    name,
    image: 'localhost/busybox:dev',
    securityContext: { runAsUser: 0, capabilities },
  });
  const annotations = { ...REDIRECT, 'llm-boundary.io/keep-privileges': 'web' };
  const pod = (containers: readonly object[]): Parameters<typeof injected>[1] =>
    author('kept', annotations, { containers });
  const { spec } = await injected(cluster, pod([root('web', {}), root('other', {})]));
  const text = JSON.stringify(spec);
  expect(text.split('"SETUID"').length === 2, `SETUID is to be dropped from one container: ${text}`);
  const strong = await injected(cluster, pod([root('web', { add: ['SYS_ADMIN'] })])).catch(() => null);
  expect(strong === null, 'it kept SYS_ADMIN');
}

function sidecarImage(pod: string): string {
  return /"image":"([^"]*sidecar[^"]*)"/.exec(pod)?.[1] ?? 'none';
}

/** Creates pods continuously during `change`; throws the first refused creation or failed change. */
async function createDuring(cluster: Cluster, change: Promise<unknown>): Promise<readonly string[]> {
  const state = { over: false };
  const changed = change.finally(() => {
    state.over = true;
  });
  const created: string[] = [];
  async function create(): Promise<void> {
    while (!state.over) created.push(sidecarImage(await probe(cluster)));
  }
  const outcomes = await Promise.allSettled([create(), changed]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return created;
}

/** Each change replaces the webhook's replicas; labelled pods must never be admitted without injection or refused. */
export async function changed(cluster: Cluster, steps: Steps, release: string): Promise<void> {
  steps.chapter('Changed');
  const wait = ['--namespace', release, '--wait', '--timeout', '110s'];

  async function upgrade(values: readonly string[]): Promise<void> {
    const set = values.flatMap((value) => ['--set', value]);
    await toolOutput(cluster, ['helm', 'upgrade', release, CHART, ...wait, '--reuse-values', ...set]);
  }

  async function rollback(): Promise<void> {
    await toolOutput(cluster, ['helm', 'rollback', release, ...wait]);
  }

  // A stopping replica answers for some seconds more, with its old settings; the pods that it injects then are refused.
  async function untilInjected(fits: (pod: string) => boolean): Promise<void> {
    await until('pods are injected by the new replicas alone', 30, async () => {
      const pods = await Promise.all([probe(cluster), probe(cluster), probe(cluster)]);
      return pods.every(fits) ? true : null;
    });
  }

  await steps.step('helm upgrade: pods are injected right after it', async () => {
    await upgrade(['webhook.timeoutSeconds=6', 'podLabels.changed=yes']);
    await probe(cluster);
    return null;
  });
  await steps.step('helm rollback: pods are injected right after it', async () => {
    await rollback();
    await probe(cluster);
    return null;
  });
  await steps.step(
    'helm upgrade to a claim, Secrets and kept privileges: pods are injected with them',
    async () => {
      await upgrade([
        'sidecar.auditVolume.kind=claim',
        'sidecar.auditVolume.storageClass=fast',
        'sidecar.otlpSecret=receiver',
        'sidecar.digestSecret=digests',
        'sidecar.policySecret=callers',
        'sidecar.otel.endpoint=http://collector.observability.svc:4318',
        'sidecar.otel.tracesSampler=always_off',
        'injection.keepPrivileges={default}',
      ]);
      const parts = [
        '"storageClassName":"fast"',
        '"secretName":"receiver"',
        '"secretName":"digests"',
        '"secretName":"callers"',
        '"value":"http://collector.observability.svc:4318"',
      ];
      await untilInjected((pod) => parts.every((part) => pod.includes(part)));
      await keptPrivileges(cluster);
      await rollback();
      await untilInjected((pod) => !parts.some((part) => pod.includes(part)));
      return null;
    },
  );
  await steps.step(
    'helm upgrade to another sidecar image: no creation is refused meanwhile, and helm test holds',
    async () => {
      const images = await createDuring(cluster, upgrade(['sidecar.image.tag=next']));
      await toolOutput(cluster, ['helm', 'test', release, '--namespace', release, '--timeout', '100s']);
      await untilInjected((pod) => sidecarImage(pod).endsWith(':next'));
      // A rolled-back release accepts only its own image: pods injected by a stopping replica are refused until the last has ended.
      await rollback();
      await untilInjected((pod) => !sidecarImage(pod).endsWith(':next'));
      return `${images.length} creations, ${new Set(images).size} images`;
    },
  );
}
