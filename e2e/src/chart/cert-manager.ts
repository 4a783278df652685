import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, type Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/shell.ts';
import { expect, Stopped, type Steps } from '../cluster/steps.ts';
import { moduleFolder } from './foreign/modules.ts';
import { imageValues } from './image-values.ts';
import { CHART, toolOutput } from './render.ts';
import { CERT_MANAGER } from './schemas.ts';
import { author, injected, NAMESPACE, REDIRECT } from './shapes.ts';

const SYSTEM = 'llm-boundary';
const SECRET = ['secret', 'llm-boundary-webhook-tls', '-n', SYSTEM];

/** Runs cert-manager's controllers, without its webhook, until `body` has ended. */
async function withCertManager(cluster: Cluster, body: () => Promise<void>): Promise<void> {
  const folder = join(await moduleFolder(CERT_MANAGER), 'deploy/crds');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  await cluster.kubectl(['apply', '--server-side', ...files.flatMap((name) => ['-f', join(folder, name)])]);
  await cluster.kubectl([
    'wait',
    '--for=condition=Established',
    'crd/certificates.cert-manager.io',
    '--timeout=30s',
  ]);
  const running = spawn(`${ROOT}e2e/hack/cluster/cluster.sh`, ['enter', 'cert-manager'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  running.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise((resolve) => running.once('exit', resolve));
  const failed = ended.then((): never => {
    throw new Stopped(`cert-manager has ended: ${said.join('').slice(-1500)}`);
  });
  try {
    await Promise.race([body(), failed]);
  } finally {
    // Only this ends a stopped process, and its children with it.
    failed.catch(() => undefined);
    running.kill('SIGKILL');
    await ended;
    await cluster.tryKubectl([
      'delete',
      '--wait=false',
      ...files.flatMap((name) => ['-f', join(folder, name)]),
    ]);
  }
}

function servedCertificate(cluster: Cluster): Promise<string> {
  return cluster.kubectl(['get', ...SECRET, '-o', 'jsonpath={.data.tls\\.crt}']);
}

function caBundle(cluster: Cluster): Promise<string> {
  return cluster.kubectl([
    'get',
    'mutatingwebhookconfiguration',
    SYSTEM,
    '-o',
    'jsonpath={.webhooks[*].clientConfig.caBundle}',
  ]);
}

async function mustInject(cluster: Cluster): Promise<void> {
  const pod = await injected(cluster, author('probe', REDIRECT));
  expect(JSON.stringify(pod).includes('llm-boundary-sidecar'), 'it was admitted without the sidecar');
}

async function tryIt(cluster: Cluster, steps: Steps): Promise<void> {
  await steps.step('helm install with certManager, until both replicas are ready', async () => {
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
    const into = ['--namespace', SYSTEM, '--create-namespace', '--wait', '--timeout', '110s'];
    const values = ['--set', 'certificates.certManager.enabled=true', ...imageValues()];
    await toolOutput(cluster, ['helm', 'install', SYSTEM, CHART, ...into, ...values]);
    return null;
  });
  await steps.step(
    'cert-manager has issued the certificate and injected its CA; a pod is injected',
    async () => {
      await until('a pod is injected', 60, async () => {
        await mustInject(cluster);
        return true;
      });
      const secrets = await cluster.tryKubectl(['get', 'secret', 'llm-boundary-webhook-ca', '-n', SYSTEM]);
      expect(secrets.status !== 0, 'the webhook has made a CA of its own beside it');
      return null;
    },
  );
  await steps.step(
    'the certificate is made anew: the CA stays, and pods are injected all the while',
    async () => {
      const [before, bundle] = [await servedCertificate(cluster), await caBundle(cluster)];
      await cluster.kubectl(['delete', ...SECRET]);
      let tries = 0;
      await until('there is another certificate', 60, async () => {
        await mustInject(cluster);
        tries += 1;
        return (await servedCertificate(cluster)) === before ? null : true;
      });
      for (const end = tries + 20; tries < end; tries += 1) await mustInject(cluster);
      expect((await caBundle(cluster)) === bundle, 'caBundle changed with the leaf');
      return `${tries} pods`;
    },
  );
  await steps.step('helm uninstall leaves no Secret behind', async () => {
    await toolOutput(cluster, [
      'helm',
      'uninstall',
      SYSTEM,
      '--namespace',
      SYSTEM,
      '--wait',
      '--timeout',
      '110s',
    ]);
    const names = await cluster.kubectl(['get', 'secrets', '-n', SYSTEM, '-o', 'name']);
    expect(names.trim() === '', names);
    return null;
  });
}

/** cert-manager in place of the built-in CA: its own controllers with the chart's Certificate and Issuers. */
export async function certManager(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('With cert-manager');
  const labels = { 'llm-boundary.io/inject': 'true' };
  await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } }]);
  await withCertManager(cluster, () => tryIt(cluster, steps));
}
