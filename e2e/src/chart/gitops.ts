import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { imageValues } from './image-values.ts';
import { namespace, template, toolOutput } from './render.ts';

const SYSTEM = 'llm-boundary';
const WEBHOOK = 'app.kubernetes.io/component=webhook';
const CONFIGURATIONS = ['mutatingwebhookconfiguration', 'validatingwebhookconfiguration'];

interface WebhookConfiguration {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

/** Every caBundle of both configurations. */
async function caBundles(cluster: Cluster): Promise<readonly string[]> {
  const texts = await Promise.all(
    CONFIGURATIONS.map((kind) => cluster.kubectl(['get', kind, SYSTEM, '-o', 'json'])),
  );
  return texts.flatMap((text) =>
    (JSON.parse(text) as WebhookConfiguration).webhooks.map(
      ({ clientConfig }) => clientConfig.caBundle ?? '',
    ),
  );
}

/** The webhook has written its CA, and its replicas are ready. */
async function settled(cluster: Cluster): Promise<void> {
  const wait = ['rollout', 'status', '-n', SYSTEM, 'deployment/llm-boundary-webhook', '--timeout=110s'];
  await cluster.kubectl(wait);
  await until('the webhook has written its CA', 30, async () =>
    (await caBundles(cluster)).every((bundle) => bundle !== '') ? true : null,
  );
}

/** A way of using a tool: how it applies, and the action of gitops-diff for its engine. */
interface Way {
  readonly title: string;
  readonly asks: 'argo' | 'argo-server-side' | 'flux';
  readonly apply: () => Promise<unknown>;
}

/** The tool must see no drift after the webhook has written, see real drift, and repair the webhook while it is down. */
async function tryWay(
  cluster: Cluster,
  steps: Steps,
  { title, asks, apply }: Way,
  file: string,
): Promise<void> {
  const compare = (): Promise<string> => toolOutput(cluster, ['gitops-diff', asks, file]);
  await steps.step(`${title} applies the rendered manifests`, async () => {
    await apply();
    await settled(cluster);
    return null;
  });
  await steps.step(`${title} sees no drift, though the webhook has written into them`, async () =>
    (await compare()).trim(),
  );
  await steps.step(`${title} applies again: the CA stays`, async () => {
    const before = await caBundles(cluster);
    await apply();
    const after = await caBundles(cluster);
    expect(JSON.stringify(after) === JSON.stringify(before), 'the caBundle was taken away');
    await compare();
    return null;
  });
  await steps.step(`${title} sees a webhook that was scaled to zero, and repairs it`, async () => {
    await cluster.kubectl(['scale', '-n', SYSTEM, 'deployment/llm-boundary-webhook', '--replicas=0']);
    await cluster.kubectl(['wait', '-n', SYSTEM, 'pods', '-l', WEBHOOK, '--for=delete', '--timeout=60s']);
    const { status, stderr } = await cluster.inside(['gitops-diff', asks, file]);
    expect(status === 1 && /Deployment \S+ has drifted/.test(stderr), `status ${status}: ${stderr}`);
    await apply();
    await settled(cluster);
    await compare();
    return null;
  });
}

/** Installs the rendered manifests as Argo CD and Flux do, and asks their own engines for drift. Leaves nothing behind. */
export async function gitops(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('GitOps, by the engines of Argo CD and Flux');
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-gitops-'));
  const file = join(folder, 'rendered.yaml');
  try {
    const rendered = await template(cluster, ['--no-hooks', '--skip-tests', ...imageValues()]);
    writeFileSync(file, `${namespace}${rendered}`);
    await until('the namespace of the last release has gone', 60, async () => {
      const { stdout } = await cluster.tryKubectl([
        'get',
        'namespace',
        SYSTEM,
        '-o',
        'jsonpath={.status.phase}',
      ]);
      return stdout === 'Terminating' ? null : true;
    });
    const serverSide = ['--server-side', '--force-conflicts', '--field-manager=argocd-controller'];
    const ways: readonly Way[] = [
      { title: 'Argo CD', asks: 'argo', apply: () => cluster.kubectl(['apply', '-f', file]) },
      {
        title: 'Argo CD, server-side',
        asks: 'argo-server-side',
        apply: () => cluster.kubectl(['apply', ...serverSide, '-f', file]),
      },
      { title: 'Flux', asks: 'flux', apply: () => toolOutput(cluster, ['gitops-diff', 'flux-apply', file]) },
    ];
    for (const way of ways) await tryWay(cluster, steps, way, file);
  } finally {
    await cluster.tryKubectl(['delete', CONFIGURATIONS.join(','), SYSTEM, '--ignore-not-found']);
    await cluster.tryKubectl(['delete', '-f', file, '--ignore-not-found', '--wait=false']);
    await cluster.tryKubectl(['delete', 'cm', '-A', '-l', 'llm-boundary.io/published=true']);
    rmSync(folder, { recursive: true, force: true });
  }
}
