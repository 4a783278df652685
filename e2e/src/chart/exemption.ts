import type { Cluster } from '../cluster/cluster.ts';
import type { Finished } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { author, NAMESPACE, REDIRECT, UNLABELLED } from './shapes.ts';

export const ALICE = ['--as', 'alice', '--as-group', 'system:authenticated'];

export function sidecarIn(text: string): boolean {
  return text.includes('"name": "llm-boundary-sidecar"');
}

const exempt = { ...REDIRECT, 'llm-boundary.io/exempt': 'true' };

export async function exemption(cluster: Cluster, steps: Steps): Promise<void> {
  const create = (): Promise<Finished> =>
    cluster.tryKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-', ...ALICE], {
      input: JSON.stringify(author('exempt', exempt)),
    });
  await steps.step('an exemption that was not granted changes nothing: the pod is injected', async () => {
    const { status, stdout, stderr } = await create();
    expect(status === 0 && sidecarIn(stdout), stderr);
    return null;
  });
  await steps.step('with the permission, for this namespace, the pod has no boundary', async () => {
    const role = [
      'llm-boundary-exempt',
      '-n',
      NAMESPACE,
      '--clusterrole=llm-boundary-exempt',
      '--user=alice',
    ];
    await cluster.kubectl(['create', 'rolebinding', ...role]);
    const { status, stdout, stderr } = await create();
    await cluster.kubectl(['delete', 'rolebinding', 'llm-boundary-exempt', '-n', NAMESPACE]);
    expect(status === 0, stderr);
    expect(!sidecarIn(stdout), 'it was injected');
    return null;
  });
}

/** In a namespace that is not labelled. */
export function createUnlabelled(cluster: Cluster, labels: object): Promise<Finished> {
  const pod = author('pod');
  const metadata = { name: 'pod', namespace: UNLABELLED, labels };
  return cluster.tryKubectl(['create', '--dry-run=server', '-f', '-', ...ALICE], {
    input: JSON.stringify({ ...pod, metadata }),
  });
}
