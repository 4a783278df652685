import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { author, NAMESPACE, REDIRECT, UNLABELLED } from './shapes.ts';

const LABEL = 'llm-boundary.io/inject';
const POLICY = 'llm-boundary-chart-kept';

type Labels = Readonly<Record<string, string>>;

function deployment(namespace: string, labels: Labels, template: Labels): unknown {
  const app = { app: 'hint' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hint', namespace, labels },
    spec: {
      selector: { matchLabels: app },
      template: {
        metadata: { labels: { ...app, ...template } },
        spec: { containers: [{ name: 'model', image: 'localhost/busybox:dev' }] },
      },
    },
  };
}

function cronJob(template: Labels): unknown {
  const spec = { restartPolicy: 'Never', containers: [{ name: 'model', image: 'localhost/busybox:dev' }] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'hint', namespace: UNLABELLED },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: { metadata: { labels: template }, spec } } },
    },
  };
}

function namespace(labels: Labels, annotations: Labels = {}): unknown {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hint', labels, annotations } };
}

/** What an author writes, and a part of the warning; null: there is none. */
const LABELS: readonly (readonly [string, unknown, string | null])[] = [
  ['a namespace, value True', namespace({ [LABEL]: 'True' }), 'has the value "True"'],
  ['a namespace, as an annotation', namespace({}, { [LABEL]: 'true' }), 'is a label'],
  ['a namespace, without the domain', namespace({ 'llm-boundary/inject': 'true' }), 'The label is'],
  ['a namespace, value true', namespace({ [LABEL]: 'true' }), null],
  ['a namespace, value false', namespace({ [LABEL]: 'false' }), null],
  ['a template, value enabled', deployment(UNLABELLED, {}, { [LABEL]: 'enabled' }), 'value "enabled"'],
  [
    'a template, in another case',
    deployment(UNLABELLED, {}, { 'llm-boundary.io/Inject': 'true' }),
    'The label is',
  ],
  ['a Deployment alone', deployment(UNLABELLED, { [LABEL]: 'true' }, {}), 'not on its pods'],
  ['a Deployment alone, in a labelled namespace', deployment(NAMESPACE, { [LABEL]: 'true' }, {}), null],
  ['a template, value true', deployment(UNLABELLED, {}, { [LABEL]: 'true' }), null],
  ['a CronJob’s template, value yes', cronJob({ [LABEL]: 'yes' }), 'value "yes"'],
];

async function warnings(cluster: Cluster, argv: readonly string[], input?: string): Promise<string> {
  const { status, stderr } = await cluster.tryKubectl(argv, input === undefined ? {} : { input });
  expect(status === 0, stderr);
  return stderr;
}

async function removal(cluster: Cluster): Promise<null> {
  const data = { 'policy.yaml': 'version: 1\nmode: enforce\n' };
  const metadata = { name: POLICY, namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } };
  await cluster.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }]);
  await until('the webhook knows the policy', 20, async () => {
    await cluster.apply([author('kept', { ...REDIRECT, 'llm-boundary.io/policy': POLICY })]);
    return true;
  });
  const remove = ['delete', 'configmap', '-n', 'llm-boundary', POLICY];
  await until('the webhook knows the pod', 20, async () =>
    (await warnings(cluster, [...remove, '--dry-run=server'])).includes('1 running pod uses policy')
      ? true
      : null,
  );
  await cluster.kubectl(remove);
  await until('an Event says that the policy is missing', 30, async () => {
    const events = await cluster.kubectl([
      'get',
      'events',
      '-n',
      NAMESPACE,
      '--field-selector',
      'reason=PolicyMissing',
      '-o',
      'name',
    ]);
    return events.trim() === '' ? null : true;
  });
  await cluster.kubectl(['delete', 'pod', '-n', NAMESPACE, 'kept', '--now']);
  return null;
}

async function resize(cluster: Cluster): Promise<null> {
  const patch = (memory: string): string =>
    JSON.stringify({
      spec: {
        initContainers: [
          { name: 'llm-boundary-sidecar', resources: { limits: { memory }, requests: { memory: '64Mi' } } },
        ],
      },
    });
  const change = ['patch', 'pod', 'model', '-n', NAMESPACE, '--subresource=resize', '--dry-run=server', '-p'];
  const small = await cluster.tryKubectl([...change, patch('64Mi')]);
  expect(small.status !== 0 && small.stderr.includes('llm-boundary [resize]'), small.stderr);
  await cluster.kubectl([...change, patch('640Mi')]);
  return null;
}

/** Misconfigurations that must be reported. */
export async function hints(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('Warned');
  for (const [name, object, expected] of LABELS) {
    await steps.step(
      `the label of injection on ${name}: ${expected === null ? 'no warning' : 'a warning'}`,
      async () => {
        const said = await warnings(
          cluster,
          ['create', '--dry-run=server', '-f', '-'],
          JSON.stringify(object),
        );
        const own = said.split('\n').filter((line) => line.includes('llm-boundary: '));
        expect(expected === null ? own.length === 0 : own.length === 1 && said.includes(expected), said);
        return null;
      },
    );
  }
  await steps.step('a policy that pods use is deleted: a warning and an Event', () => removal(cluster));
  await steps.step('a sidecar is not resized below what it needs', () => resize(cluster));
}
