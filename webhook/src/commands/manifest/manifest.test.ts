import { testPolicies } from '../../inject/fixtures.ts';
import { applyPatch, DEFAULT_CONFIG, type Namespace } from '../../inject/index.ts';
import { injectDocument, type OfflineDeps, type OfflineResult } from './manifest.ts';

function deps(...namespaces: readonly Namespace[]): OfflineDeps {
  return {
    namespaces: new Map(namespaces.map((namespace) => [namespace.metadata.name, namespace])),
    policies: testPolicies,
    config: DEFAULT_CONFIG,
  };
}
const pod = { spec: { containers: [{ name: 'model', image: 'm', ports: [{ containerPort: 8000 }] }] } };
function workload(kind: string): Record<string, unknown> {
  const metadata = { name: 'w', namespace: 'chat' };
  switch (kind) {
    case 'Pod':
      return { kind, metadata, ...pod };
    case 'PodTemplate':
      return { kind, metadata, template: pod };
    case 'CronJob':
      return { kind, metadata, spec: { jobTemplate: { spec: { template: pod } } } };
    default:
      return { kind, metadata, spec: { replicas: 1, template: pod } };
  }
}

function outcomes(result: OfflineResult | undefined): readonly string[] {
  return (result?.outcomes ?? []).map(({ injection }) => injection.kind);
}

const kinds = [
  'Pod',
  'PodTemplate',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
];

describe('injectDocument', () => {
  it.each(['Service', 'ConfigMap', 'constructor', ''])('leaves a %s as it is', (kind) => {
    const document = { kind, metadata: { name: 'x' }, spec: { template: pod } };
    expect(injectDocument(document, deps())).toMatchObject([{ outcomes: [], patch: [], document }]);
  });

  it.each([
    ['no template', { kind: 'Deployment', metadata: { name: 'x' }, spec: {} }],
    ['no containers', { kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [] } }],
  ])('refuses %s', (_name, document) => {
    expect(injectDocument(document, deps())[0]?.outcomes).toMatchObject([
      { injection: { kind: 'refused', code: 'pod_malformed' } },
    ]);
  });

  it('skips pods of given namespaces without the label', () => {
    const [result] = injectDocument(workload('Pod'), deps({ metadata: { name: 'chat' } }));
    expect(result?.outcomes).toEqual([{ at: '', injection: { kind: 'skip', reason: 'not_labelled' } }]);
    expect(result?.document).toEqual(workload('Pod'));
  });

  it.each(kinds)('injects the pods of a %s', (kind) => {
    const document = workload(kind);
    const [result] = injectDocument(document, deps());
    expect(outcomes(result)).toEqual(['injected']);
    expect(result?.name).toBe(`${kind} chat/w`);
    expect(JSON.stringify(result?.document)).toContain('llm-boundary-sidecar');
    expect(applyPatch(document, result?.patch ?? [])).toEqual(result?.document);
    expect(injectDocument(result?.document, deps())[0]?.patch).toEqual([]);
  });

  it('gives the items of a List one by one, in order', () => {
    const list = { kind: 'List', items: [workload('Job'), { kind: 'Service' }, workload('Pod')] };
    expect(injectDocument(list, deps()).map(outcomes)).toEqual([['injected'], [], ['injected']]);
  });

  const group = { template: pod };
  const cluster = { headGroupSpec: group, workerGroupSpecs: [group, group] };
  it.each<[string, string, unknown, number]>([
    ['argoproj.io/v1alpha1', 'Rollout', group, 1],
    ['apps.kruise.io/v1beta1', 'CloneSet', group, 1],
    ['kubeflow.org/v1', 'Notebook', group, 1],
    ['agents.x-k8s.io/v1alpha1', 'Sandbox', { podTemplate: pod }, 1],
    ['kubeflow.org/v1', 'PyTorchJob', { pytorchReplicaSpecs: { Master: group, 'a/b~c': group } }, 2],
    ['jobset.x-k8s.io/v1', 'JobSet', { replicatedJobs: [{ template: { spec: group } }] }, 1],
    ['leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', { leaderWorkerTemplate: { workerTemplate: pod } }, 1],
    ['ray.io/v1', 'RayCluster', cluster, 3],
    ['ray.io/v1', 'RayJob', { rayClusterSpec: cluster, submitterPodTemplate: pod }, 4],
    ['ray.io/v1', 'RayService', { rayClusterConfig: cluster }, 3],
  ])('%s %s: every pod template is injected', (apiVersion, kind, spec, count) => {
    const document = { apiVersion, kind, metadata: { name: 'w', namespace: 'chat' }, spec };
    const [result] = injectDocument(document, deps());
    expect(outcomes(result)).toEqual(Array<string>(count).fill('injected'));
    expect(JSON.stringify(result?.document).split('"name":"llm-boundary-sidecar"')).toHaveLength(count + 1);
    expect(applyPatch(document, result?.patch ?? [])).toEqual(result?.document);
  });

  it.each<[string, string, unknown, readonly string[], string?]>([
    [
      'a runtime that its controller fills in',
      'serving.kserve.io/v1beta1',
      { predictor: { model: { storageUri: 's3://m' } } },
      ['not_understood'],
    ],
    ['a preset of KAITO', 'kaito.sh/v1beta1', { resource: {} }, ['not_understood'], 'Workspace'],
    [
      'a Spark application',
      'sparkoperator.k8s.io/v1beta2',
      { image: 'spark', driver: {} },
      ['not_understood'],
      'SparkApplication',
    ],
    [
      'a workflow',
      'argoproj.io/v1alpha1',
      { templates: [{ container: { image: 'm' } }] },
      ['not_understood'],
    ],
    [
      'a kind of another group with a known name',
      'ray.example.com/v1',
      { headGroupSpec: group },
      ['not_understood'],
    ],
    ['a resource that makes no pods', 'cert-manager.io/v1', { secretName: 's' }, []],
    ['a definition', 'apiextensions.k8s.io/v1', { names: { image: 'x' } }, []],
  ])(
    '%s stays as it is, and is named where it makes pods',
    (_name, apiVersion, spec, expected, kind = 'RayCluster') => {
      const document = { apiVersion, kind, metadata: { name: 'w' }, spec };
      const [result] = injectDocument(document, deps());
      expect([outcomes(result), result?.document]).toEqual([expected, document]);
    },
  );
});
