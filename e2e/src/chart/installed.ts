import type { Cluster, KubeObject } from '../cluster/cluster.ts';
import { makeImages } from '../cluster/images.ts';
import { until } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { anchored } from './anchored.ts';
import { bypasses } from './bypasses.ts';
import { certManager } from './cert-manager.ts';
import { changed } from './changed.ts';
import { foreign } from './foreign/foreign.ts';
import { gitops } from './gitops.ts';
import { imageValues } from './image-values.ts';
import { hints } from './hints.ts';
import { kyvernoTest } from './kyverno.ts';
import { CHART, toolOutput } from './render.ts';
import { author, injected, NAMESPACE, REDIRECT, shapes, UNLABELLED } from './shapes.ts';

const SYSTEM = 'llm-boundary';

const USER_RULES = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: llm-boundary-chart-user }
rules:
  - apiGroups: ['']
    resources: [pods, pods/exec, pods/ephemeralcontainers, configmaps]
    verbs: [get, list, create, update, patch, delete]
  - apiGroups: ['']
    resources: [namespaces, namespaces/status, namespaces/finalize]
    verbs: [get, update, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: llm-boundary-chart-user }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: llm-boundary-chart-user }
subjects: [{ kind: User, name: alice, apiGroup: rbac.authorization.k8s.io }]
`;

async function install(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('Installed in a real cluster');
  await steps.step('the images are made and loaded', () => makeImages(cluster), { essential: true });
  await steps.step(
    'helm install, until both replicas are ready',
    async () => {
      const namespace = ['--namespace', SYSTEM, '--create-namespace'];
      const wait = ['--wait', '--timeout', '110s'];
      await toolOutput(cluster, ['helm', 'install', SYSTEM, CHART, ...namespace, ...wait, ...imageValues()]);
      const ready = await cluster.list('pods', SYSTEM, 'app.kubernetes.io/component=webhook');
      expect(ready.length === 2, `${ready.length} replicas`);
      return null;
    },
    { essential: true },
  );
  await steps.step('the CEL of the admission policies has no type warnings', async () => {
    const text = await cluster.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: readonly KubeObject[] };
    const warned = items.filter(({ status }) =>
      JSON.stringify(status?.['typeChecking'] ?? {}).includes('warning'),
    );
    expect(
      warned.length === 0,
      JSON.stringify(warned.map(({ metadata, status }) => [metadata.name, status])).slice(0, 2000),
    );
    return `${items.length} policies`;
  });
  await steps.step('helm test asserts the injection', async () => {
    const said = await toolOutput(cluster, [
      'helm',
      'test',
      SYSTEM,
      '--namespace',
      SYSTEM,
      '--timeout',
      '100s',
    ]);
    expect(/Phase:\s+Succeeded/.test(said), said);
    return null;
  });
  await steps.step('check, with the account of the webhook: nothing failed', () => checked(cluster));
}

/** With the account of the webhook, which may not look at everything. */
async function checked(cluster: Cluster): Promise<string> {
  const command = ['llm-boundary-webhook', 'check', '--output', 'json'];
  const { stdout, stderr } = await cluster.tryKubectl([
    ...['exec', '-n', SYSTEM, 'deployment/llm-boundary-webhook', '--', ...command],
  ]);
  expect(stdout.startsWith('{'), stderr.slice(-500));
  const { checks } = JSON.parse(stdout) as {
    readonly checks: readonly { readonly check: string; readonly status: string; readonly detail: string }[];
  };
  const wrong = checks.filter(({ check, status }) => {
    const isSeen = ['Kubernetes version', 'certificates', 'policies'].includes(check);
    return isSeen ? status !== 'ok' : status === 'failed';
  });
  expect(checks.length > 0 && wrong.length === 0, JSON.stringify(wrong).slice(0, 2000));
  return `${checks.filter(({ status }) => status === 'ok').length} of ${checks.length} are ok`;
}

async function inject(cluster: Cluster, steps: Steps): Promise<void> {
  await steps.step(
    'a namespace is labelled, a pod in it is injected and runs',
    async () => {
      const labels = { 'llm-boundary.io/inject': 'true' };
      await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: UNLABELLED } }]);
      await cluster.apply(USER_RULES);
      // Before the label, so that a pod without a boundary exists.
      await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
      await cluster.apply([author('before')]);
      await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } }]);
      await until('the webhook knows the label', 20, async () => {
        const pod = await injected(cluster, author('probe', REDIRECT));
        return JSON.stringify(pod).includes('llm-boundary-sidecar') ? true : null;
      });
      await cluster.apply([author('model', REDIRECT)]);
      await cluster.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', 'pod/model', '--timeout=90s']);
      return null;
    },
    { essential: true },
  );
}

const NAMED = [
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'clusterroles',
  'clusterrolebindings',
  'priorityclasses',
];

/** Remaining objects of the release, except namespaces and objects of the suite. */
async function left(cluster: Cluster): Promise<readonly string[]> {
  const found = await cluster.kubectl(['get', NAMED.join(','), '-o', 'name']);
  const own = await cluster.kubectl([
    'get',
    'deployments,services,configmaps,secrets,leases,jobs,pods,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets',
    '-n',
    SYSTEM,
    '-o',
    'name',
  ]);
  const published = await cluster.kubectl([
    'get',
    'cm',
    '-A',
    '-l',
    'llm-boundary.io/published',
    '-o',
    'name',
  ]);
  const named = found.split('\n').filter((name) => name.includes('llm-boundary'));
  // Objects that Kubernetes creates in every namespace.
  const others = own.split('\n').filter((name) => !/kube-root-ca\.crt$|serviceaccount\/default$/.test(name));
  return [...named, ...others, ...published.split('\n')].filter(
    (name) => name !== '' && !name.includes('llm-boundary-chart-user'),
  );
}

async function uninstall(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('Uninstalled');
  await steps.step('helm uninstall leaves nothing', async () => {
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
    const rest = await until('everything is gone', 30, async () => {
      const names = await left(cluster);
      return names.length === 0 ? names : Promise.reject(new Error(names.join(', ')));
    });
    return `${rest.length} objects`;
  });
  await steps.step('and pods in the labelled namespace start again, without a boundary', async () => {
    await cluster.apply([author('after')]);
    return null;
  });
}

/** Installs the chart, attempts bypasses, and uninstalls it. */
export async function installed(cluster: Cluster, steps: Steps): Promise<void> {
  try {
    await install(cluster, steps);
    await inject(cluster, steps);
    await foreign(cluster, steps);
    await bypasses(cluster, steps);
    await hints(cluster, steps);
    await changed(cluster, steps, SYSTEM);
    await anchored(cluster, steps, SYSTEM);
    await steps.step('Kyverno refuses the same pods', async () =>
      kyvernoTest(cluster, shapes(await injected(cluster, author('shape', REDIRECT)))),
    );
    await uninstall(cluster, steps);
    await gitops(cluster, steps);
    await certManager(cluster, steps);
  } finally {
    const quiet = ['--ignore-not-found', '--wait=false'];
    await cluster.tryKubectl(['delete', 'namespace', NAMESPACE, UNLABELLED, ...quiet]);
    await cluster.tryKubectl([
      'delete',
      'clusterrolebinding,clusterrole',
      'llm-boundary-chart-user',
      ...quiet,
    ]);
    await cluster.inside([
      'helm',
      'uninstall',
      SYSTEM,
      '--namespace',
      SYSTEM,
      '--ignore-not-found',
      '--wait',
    ]);
    await cluster.tryKubectl(['delete', 'namespace', SYSTEM, ...quiet]);
  }
}
