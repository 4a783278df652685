import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { CHART, toolOutput } from './render.ts';
import { author, NAMESPACE, REDIRECT } from './shapes.ts';

/** Lines of the fleet log, as the anchor copies them to its standard output. */
async function fleetLines(cluster: Cluster, release: string): Promise<readonly Record<string, unknown>[]> {
  const text = await cluster.kubectl(['logs', '-n', release, 'deployment/llm-boundary-anchor', '--tail=-1']);
  return text
    .split('\n')
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Origin of the pod's log at the anchor, once it has been opened. */
async function logOf(cluster: Cluster, release: string, name: string): Promise<string | null> {
  const opened = (await fleetLines(cluster, release)).find(
    ({ kind, pod }) => kind === 'opened' && (pod as { readonly name: string }).name === name,
  );
  return typeof opened?.['log'] === 'string' ? opened['log'] : null;
}

async function running(cluster: Cluster, name: string): Promise<void> {
  await cluster.apply([author(name, REDIRECT)]);
  await cluster.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', `pod/${name}`, '--timeout=90s']);
}

/** Through the API server's proxy to the anchor's Service, with the rights that the chart grants. */
async function posture(cluster: Cluster, release: string): Promise<string> {
  const command = ['llm-boundary-webhook', 'posture', '--system-namespace', release, '--output', 'json'];
  const { stdout, stderr } = await cluster.tryKubectl([
    ...['exec', '-n', release, 'deployment/llm-boundary-webhook', '--', ...command],
  ]);
  expect(stdout.startsWith('{'), stderr.slice(-500));
  const { workloads, silence } = JSON.parse(stdout) as {
    readonly workloads: readonly { readonly name: string }[];
    readonly silence: { readonly anchor: string; readonly pods?: readonly unknown[] };
  };
  expect(silence.anchor === 'answered', `the anchor did not answer: ${JSON.stringify(silence)}`);
  expect(
    workloads.some(({ name }) => name === 'anchored'),
    `the workload is not listed: ${JSON.stringify(workloads).slice(0, 500)}`,
  );
  return `${workloads.length} workloads, ${silence.pods?.length ?? 0} silent pods`;
}

/** The anchor's statements about a pod from its start to its end. */
export async function anchored(cluster: Cluster, steps: Steps, release: string): Promise<void> {
  const wait = ['--namespace', release, '--wait', '--timeout', '110s'];
  await steps.step('helm upgrade with an anchor: it takes the heads of a new pod', async () => {
    const values = [
      'anchor.enabled=true',
      'anchor.volume.kind=disk',
      'anchor.volume.size=1Gi',
      'anchor.limitMebibytes=512',
    ];
    const set = values.flatMap((value) => ['--set', value]);
    await toolOutput(cluster, ['helm', 'upgrade', release, CHART, ...wait, '--reuse-values', ...set]);
    await until('pods are injected by the new replicas', 40, async () => {
      await running(cluster, 'anchored');
      return true;
    });
    const log = await until('the log is opened', 60, () => logOf(cluster, release, 'anchored'));
    return log;
  });
  await steps.step('posture, with the account of the webhook: the anchor answers', () =>
    posture(cluster, release),
  );
  await steps.step('a pod that ends whole: its last head says so', async () => {
    const log = await logOf(cluster, release, 'anchored');
    await cluster.kubectl(['delete', 'pod', '-n', NAMESPACE, 'anchored']);
    await until('the seal is there', 30, async () => {
      const lines = await fleetLines(cluster, release);
      return lines.some((line) => line['kind'] === 'head' && line['log'] === log && line['sealed'] === true)
        ? true
        : null;
    });
    return null;
  });
  await steps.step('helm rollback: pods run without it', async () => {
    await toolOutput(cluster, ['helm', 'rollback', release, ...wait]);
    await until('pods are injected by the replicas before', 40, async () => {
      await running(cluster, 'later');
      return true;
    });
    await cluster.kubectl(['delete', 'pod', '-n', NAMESPACE, 'later', '--now']);
    // Kept when the anchor is uninstalled: the key verifies the fleet log.
    await cluster.kubectl([
      'delete',
      'secret',
      '-n',
      release,
      'llm-boundary-anchor-key',
      'llm-boundary-anchor-ca',
    ]);
    expect(
      (await cluster.tryKubectl(['get', 'deployment', '-n', release, 'llm-boundary-anchor'])).status !== 0,
      'the anchor stayed',
    );
    return null;
  });
}
