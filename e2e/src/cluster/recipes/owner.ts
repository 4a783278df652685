import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../cluster.ts';
import type { Fixture } from '../fixture.ts';
import type { Finished } from '../shell.ts';
import { expect } from '../steps.ts';

/** Who may look at one namespace, by the page on conditions. */
export const OWNER = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'owner', namespace: 'models' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'posture', namespace: 'models' },
    rules: [{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }],
  },
  binding('view', 'ClusterRole'),
  binding('posture', 'Role'),
] as const;

function binding(name: string, kind: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `owner-${name}`, namespace: 'models' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', name: 'owner', namespace: 'models' }],
  };
}

/** `posture` as this user: of their own namespace, and of another. */
export async function posture(fixture: Fixture, folder: string): Promise<string> {
  const { cluster } = fixture;
  const kubeconfig = join(folder, 'owner.kubeconfig');
  const token = (await cluster.kubectl(['create', 'token', 'owner', '-n', 'models'])).trim();
  const own = JSON.parse(await cluster.kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
    readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  };
  const [{ name, cluster: server } = { name: '', cluster: {} }] = own.clusters;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'owner' },
      clusters: [{ name, cluster: server }],
      users: [{ name: 'owner', user: { token } }],
      contexts: [{ name: 'owner', context: { cluster: name, user: 'owner' } }],
    }),
    { mode: 0o600 },
  );
  const ask = (namespace: string): Promise<Finished> =>
    cluster.inside(
      ['env', `KUBECONFIG=${kubeconfig}`, 'npx', 'llm-boundary-webhook', 'posture', '--namespace', namespace],
      { cwd: ROOT },
    );
  const mine = await ask('models');
  const said = `${mine.stdout}${mine.stderr}`;
  for (const workload of ['vllm', 'ollama', 'llama3-predictor'])
    expect(
      mine.stdout.includes(workload),
      `${workload} is not there: status ${mine.status}: ${said.slice(0, 1500)}`,
    );
  expect(/\bneeded\b/.test(mine.stdout), `no verdict was measured: ${said.slice(0, 1500)}`);
  const other = await ask('rag');
  const refused = `${other.stdout}${other.stderr}`;
  expect(
    other.status !== 0 && refused.includes('kubectl auth can-i list pods --namespace rag'),
    `of another namespace: status ${other.status}: ${refused.slice(0, 800)}`,
  );
  const line = mine.stdout.split('\n').find((each) => each.includes('vllm')) ?? '';
  return line.replace(/\s+/g, ' ').trim();
}
