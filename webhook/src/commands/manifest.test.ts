import { testPolicies } from '../inject/fixtures.ts';
import { applyPatch, DEFAULT_CONFIG, type Namespace } from '../inject/index.ts';
import { injectDocument, type OfflineDeps } from './manifest.ts';

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
    expect(injectDocument(document, deps())).toMatchObject([{ injection: null, patch: [], document }]);
  });

  it.each([
    ['no template', { kind: 'Deployment', metadata: { name: 'x' }, spec: {} }],
    ['no containers', { kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [] } }],
  ])('refuses %s', (_name, document) => {
    expect(injectDocument(document, deps())[0]?.injection).toMatchObject({
      kind: 'refused',
      code: 'pod_malformed',
    });
  });

  it('skips what a namespace that was given does not label', () => {
    const [result] = injectDocument(workload('Pod'), deps({ metadata: { name: 'chat' } }));
    expect(result?.injection).toEqual({ kind: 'skip', reason: 'not_labelled' });
    expect(result?.document).toEqual(workload('Pod'));
  });

  it.each(kinds)('injects the pods of a %s', (kind) => {
    const document = workload(kind);
    const [result] = injectDocument(document, deps());
    expect(result?.injection?.kind).toBe('injected');
    expect(result?.name).toBe(`${kind} chat/w`);
    expect(JSON.stringify(result?.document)).toContain('llm-boundary-sidecar');
    expect(applyPatch(document, result?.patch ?? [])).toEqual(result?.document);
    expect(injectDocument(result?.document, deps())[0]?.patch).toEqual([]);
  });

  it('gives the items of a List one by one, in order', () => {
    const list = { kind: 'List', items: [workload('Job'), { kind: 'Service' }, workload('Pod')] };
    expect(injectDocument(list, deps()).map(({ injection }) => injection?.kind)).toEqual([
      'injected',
      undefined,
      'injected',
    ]);
  });
});
