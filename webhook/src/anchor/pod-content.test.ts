import { contentFields, contentOf, parsePod, type WatchedPod } from './pod-content.ts';

const DIGEST = `registry.example/vllm@sha256:${'0'.repeat(64)}`;

function podOf(change: object): WatchedPod {
  const pod = parsePod({ metadata: { name: 'a', uid: 'u' }, spec: {}, ...change });
  if (pod === null) throw new Error('the case is no pod');
  return pod;
}

describe('programs of a pod', () => {
  it.each<[what: string, change: object, containers: readonly unknown[]]>([
    ['nothing', {}, []],
    ['nothing that has an image yet', { spec: { containers: [{ name: 'm' }] } }, [{ name: 'm', image: '' }]],
    [
      'an image by its tag, not started',
      {
        spec: { containers: [{ name: 'm', image: 'vllm:1' }] },
        status: { containerStatuses: [{ name: 'm', imageID: '' }] },
      },
      [{ name: 'm', image: 'vllm:1' }],
    ],
    [
      'an image by its tag, running',
      {
        spec: { containers: [{ name: 'm', image: 'vllm:1' }] },
        status: { containerStatuses: [{ name: 'm', imageID: `docker-pullable://${DIGEST}` }] },
      },
      [{ name: 'm', image: DIGEST }],
    ],
    [
      'a pinned image',
      { spec: { containers: [{ name: 'm', image: DIGEST }] } },
      [{ name: 'm', image: DIGEST }],
    ],
  ])('is %s', (_what, change, containers) => {
    expect(contentOf(podOf(change)).containers).toEqual(containers);
  });

  it('names sixteen containers at most, and truncates long names', () => {
    const containers = Array.from({ length: 40 }, (_, at) => ({ name: `c${at}`, image: 'x'.repeat(999) }));
    const found = contentOf(podOf({ spec: { containers } })).containers;
    expect(found).toHaveLength(16);
    expect(found[0]?.image).toHaveLength(256);
  });

  it.each([
    ['none', [], null],
    ['one that does not control it', [{ kind: 'Node', name: 'n' }], null],
    [
      'one',
      [{ kind: 'ReplicaSet', name: 'agent-5', controller: true }],
      { kind: 'ReplicaSet', name: 'agent-5' },
    ],
    [
      'a ReplicaSet that is named like no Deployment of its pods',
      [{ kind: 'ReplicaSet', name: 'agent-6', controller: true }],
      { kind: 'ReplicaSet', name: 'agent-6' },
      { 'pod-template-hash': '5' },
    ],
    [
      'the Deployment of its ReplicaSet',
      [{ kind: 'ReplicaSet', name: 'agent-5d9f7', controller: true }],
      { kind: 'Deployment', name: 'agent' },
      { 'pod-template-hash': '5d9f7' },
    ],
    [
      'another kind whose name ends like that',
      [{ kind: 'Rollout', name: 'agent-5d9f7', controller: true }],
      { kind: 'Rollout', name: 'agent-5d9f7' },
      { 'pod-template-hash': '5d9f7' },
    ],
  ])('has as its controller %s', (_what, ownerReferences, owner, labels: object | null = null) => {
    const metadata = { name: 'a', uid: 'u', ownerReferences, labels };
    expect(contentOf(podOf({ metadata })).owner).toEqual(owner);
  });

  it.each<[what: string, labels: Record<string, string> | null, expected: readonly string[]]>([
    ['none', null, []],
    ['those of the pod, sorted', { tier: 'back', app: 'agent' }, ['app=agent', 'tier=back']],
    [
      'no more than a line has room for',
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${'x'.repeat(250)}${10 + at}`, 'v'])),
      Array.from({ length: 16 }, (_, at) => `${'x'.repeat(250)}${10 + at}=v`),
    ],
    [
      'thirty-two at most',
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${10 + at}`, ''])),
      Array.from({ length: 32 }, (_, at) => `l${10 + at}=`),
    ],
  ])('has as its labels %s', (_what, labels, expected) => {
    const metadata = { name: 'a', uid: 'u', labels };
    const found = contentOf(podOf({ metadata })).labels.map(({ name, value }) => `${name}=${value}`);
    expect(found).toEqual(expected);
  });

  it('ignores unknown pods', () => {
    expect(contentFields(null)).toEqual({ image: null });
  });
});
