import { KubeError } from '../kube/rest.ts';
import { posture } from './posture.ts';

const SIDECAR = 'llm-boundary-sidecar';

function pod(namespace: string, name: string, more: object = {}): object {
  return {
    metadata: { namespace, name },
    spec: {
      containers: [{ name: 'c', image: 'ollama/ollama' }],
      initContainers: [{ name: SIDECAR, image: 'registry.example/sidecar:1.2.3' }],
      volumes: [{ name: 'llm-boundary-policy', configMap: { name: 'llm-boundary-policy-chat' } }],
      ...more,
    },
    status: { phase: 'Running' },
  };
}

function policy(namespace: string, name: string, text: string, label = 'policy'): object {
  return {
    metadata: { namespace, name, labels: { [`llm-boundary.io/${label}`]: 'true' } },
    data: { 'policy.yaml': text },
  };
}

const SOURCE = 'version: 1\n';
const PUBLISHED = 'version: 1\nmode: observe\n';

/** Objects of a cluster by path, with the lists of one namespace and of all. */
const CLUSTER: Readonly<Record<string, readonly object[]>> = {
  namespaces: ['chat', 'other', 'system'].map((name) => ({ metadata: { name, labels: {} } })),
  pods: [
    pod('chat', 'a'),
    pod('other', 'b', { initContainers: [] }),
    { ...pod('chat', 'done'), status: { phase: 'Succeeded' } },
  ],
  configmaps: [
    policy('system', 'chat', SOURCE),
    policy('chat', 'llm-boundary-policy-chat', PUBLISHED, 'published'),
    policy('chat', 'own', 'version: 1\naudit: { required: false }\n'),
  ],
};
const SILENT = { v: 1, pods: [silent('chat'), silent('other')] };

function silent(namespace: string): object {
  return { namespace, name: 'p', uid: 'u', reason: 'no_head', log: null, size: null, sinceMs: 0 };
}

interface Asked {
  /** Undefined: all. */
  readonly namespace: string | undefined;
  /** Undefined: the namespace itself. */
  readonly resource: string | undefined;
  readonly isProxy: boolean;
  readonly label: string | null;
}

function read(path: string): Asked {
  const { pathname, searchParams } = new URL(path, 'https://api');
  const [, namespace, resource, rest = ''] =
    /^\/api\/v1(?:\/namespaces\/([^/]+))?(?:\/([^/]+))?(?:\/(.*))?$/.exec(pathname) ?? [];
  const label = searchParams.get('labelSelector')?.replace('=true', '') ?? null;
  return { namespace, resource, label, isProxy: rest.includes('proxy') };
}

function rightFor({ resource, isProxy }: Asked): string {
  if (resource === undefined) return 'get namespaces';
  return isProxy ? `get ${resource}/proxy` : `list ${resource}`;
}

/** @throws KubeError */
function answer(asked: Asked, rights: readonly string[]): object {
  const { namespace, resource, isProxy, label } = asked;
  const right = rightFor(asked);
  if (!rights.includes(right) && !rights.includes(`${right} ${namespace ?? ''}`))
    throw new KubeError(403, `403: ${right} is forbidden`);
  if (isProxy) return SILENT;
  if (resource !== undefined)
    return { items: (CLUSTER[resource] ?? []).filter((each) => isListed(each, namespace, label)) };
  const found = CLUSTER['namespaces']?.find((each) => nameOf(each) === namespace);
  if (found === undefined) throw new KubeError(404, '404: not found');
  return found;
}

/** An API server with these rights: `VERB RESOURCE [NAMESPACE]`, without a namespace in all. */
function api(rights: readonly string[]): {
  readonly get: (path: string) => Promise<unknown>;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    get: (path) => {
      asked.push(path);
      return Promise.resolve().then(() => answer(read(path), rights));
    },
  };
}

interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly labels?: object };
}

function nameOf(object: object): string {
  return (object as Named).metadata.name;
}

function isListed(object: object, namespace: string | undefined, label: string | null): boolean {
  const { metadata } = object as Named;
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    (label === null || Object.hasOwn(metadata.labels ?? {}, label))
  );
}

const OF_CHAT = ['get namespaces chat', 'list pods chat', 'list configmaps chat'];
const SYSTEM = ['list configmaps system', 'get services/proxy system'];
const ALL = ['list namespaces', 'list pods', 'list configmaps', 'get services/proxy'];

describe('rights of posture', () => {
  it.each<[string, string | null, readonly string[], RegExp]>([
    [
      'none, and no namespace is named',
      null,
      [],
      /^this account may not list namespaces in all namespaces \(kubectl auth can-i list namespaces --all-namespaces\), nor list configmaps .*, nor list pods .*; with rights in one namespace, name it: --namespace NAME$/,
    ],
    [
      'pods of one namespace only, and none is named',
      null,
      ['list namespaces', 'list configmaps', 'list pods chat'],
      /^this account may not list pods in all namespaces \(kubectl auth can-i list pods --all-namespaces\); with/,
    ],
    [
      'none in the namespace',
      'chat',
      SYSTEM,
      /^this account may not get namespaces in the namespace chat \(kubectl auth can-i get namespaces --namespace chat\), nor list configmaps in .*, nor list pods in the namespace chat \(kubectl auth can-i list pods --namespace chat\)$/,
    ],
    [
      'rights in another namespace',
      'other',
      [...OF_CHAT, ...SYSTEM],
      /^this account may not get namespaces in the namespace other/,
    ],
    ['a namespace that is not there', 'gone', ALL.concat('get namespaces gone'), /^404/],
  ])('%s', async (_name, only, rights, message) => {
    await expect(posture(api(rights).get, { systemNamespace: 'system', only })).rejects.toThrow(message);
  });

  it('one namespace takes rights in it and the policies of the system namespace, and asks for nothing else', async () => {
    const { get, asked } = api([...OF_CHAT, ...SYSTEM]);
    const { workloads, silence, notes } = await posture(get, { systemNamespace: 'system', only: 'chat' });
    expect(workloads).toMatchObject([
      {
        namespace: 'chat',
        name: 'a',
        policy: 'chat',
        policyProblem: null,
        gaps: ['audit'],
      },
    ]);
    expect(workloads[0]?.conditions).toMatchObject({
      problem: expect.stringMatching(
        /may not get pods\/proxy in the namespace chat \(kubectl auth can-i get pods --subresource=proxy --namespace chat\)/,
      ) as string,
    });
    expect(silence).toMatchObject({ anchor: 'answered', pods: [{ namespace: 'chat' }] });
    expect(notes).toEqual([]);
    expect(asked.filter((path) => /^\/api\/v1\/(?!namespaces\/)/.test(path))).toEqual([]);
  });

  it('without the policies of the system namespace, the published ones are taken, and that is said', async () => {
    const { workloads, silence, notes } = await posture(api(OF_CHAT).get, {
      systemNamespace: 'system',
      only: 'chat',
    });
    expect(workloads).toMatchObject([
      { name: 'a', policyProblem: null, gaps: ['ingress', 'egress', 'action'] },
    ]);
    expect(notes.join()).toMatch(
      /may not list configmaps in the namespace system \(kubectl auth can-i list configmaps --namespace system\): the gaps/,
    );
    expect(silence).toEqual({
      anchor: 'unavailable',
      problem:
        'this account may not get services/proxy in the namespace system (kubectl auth can-i get services --subresource=proxy --namespace system)',
    });
  });

  it('all namespaces', async () => {
    const { workloads, silence } = await posture(api(ALL).get, { systemNamespace: 'system', only: null });
    expect(workloads.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['chat/a', 'other/b']);
    expect(silence).toMatchObject({ pods: [{ namespace: 'chat' }, { namespace: 'other' }] });
  });

  it('the system namespace itself', async () => {
    const rights = ['get namespaces system', 'list pods system', ...SYSTEM];
    const found = await posture(api(rights).get, { systemNamespace: 'system', only: 'system' });
    expect(found).toMatchObject({ workloads: [], notes: [] });
  });
});
