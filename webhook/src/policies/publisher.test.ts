import { PolicyCatalogue } from './catalogue.ts';
import type { PolicyConfigMap } from './layer.ts';
import type { PublishedConfigMap } from './published.ts';
import { Publisher, type PublishedStore } from './publisher.ts';
import { mountedBy, parsePublishedName, type Wanted } from './wanted.ts';

/** A store in memory, with a fault for every name in `broken`. */
class MemoryStore implements PublishedStore {
  readonly maps = new Map<string, PolicyConfigMap>();
  readonly broken = new Set<string>();
  writes = 0;

  list(): readonly PolicyConfigMap[] {
    return [...this.maps.values()];
  }

  write(map: PublishedConfigMap): Promise<void> {
    const { namespace, name } = map.metadata;
    if (this.broken.has(name)) return Promise.reject(new Error('on purpose'));
    this.writes += 1;
    this.maps.set(`${namespace}/${name}`, { metadata: { ...map.metadata }, data: { ...map.data } });
    return Promise.resolve();
  }

  remove(namespace: string, name: string): Promise<void> {
    if (this.broken.has(name)) return Promise.reject(new Error('on purpose'));
    this.maps.delete(`${namespace}/${name}`);
    return Promise.resolve();
  }
}

function setUp(): {
  store: MemoryStore;
  catalogue: PolicyCatalogue;
  wanted: Wanted[];
  failed: string[];
  publisher: Publisher;
} {
  const [store, catalogue, wanted, failed] = [
    new MemoryStore(),
    new PolicyCatalogue('llm-boundary'),
    [] as Wanted[],
    [] as string[],
  ];
  const onError = (_error: unknown, namespace: string, name: string): number =>
    failed.push(`${namespace}/${name}`);
  const publisher = new Publisher({ catalogue, store, wanted: () => wanted, onError });
  return { store, catalogue, wanted, failed, publisher };
}

const DEFAULT: Wanted = { namespace: 'chat', name: 'default', mode: null };
const KEY = 'chat/llm-boundary-policy-default';

describe('Publisher', () => {
  it('a write that fails stops no other, and is tried again', async () => {
    const { store, wanted, failed, publisher } = setUp();
    wanted.push(DEFAULT, { ...DEFAULT, mode: 'enforce' });
    store.broken.add('llm-boundary-policy-default');
    await publisher.reconcile(0);
    expect(failed).toEqual([KEY]);
    expect([...store.maps.keys()]).toEqual(['chat/llm-boundary-enforce-default']);
    store.broken.clear();
    await publisher.reconcile(1);
    expect(store.maps.has(KEY)).toBe(true);
  });

  it('an unknown policy is not published, and an existing one of its name stays while it is mounted', async () => {
    const { store, wanted, publisher } = setUp();
    wanted.push({ ...DEFAULT, name: 'gone' });
    store.maps.set('chat/llm-boundary-policy-gone', {
      metadata: { name: 'llm-boundary-policy-gone', namespace: 'chat' },
      data: { 'policy.yaml': 'old' },
    });
    await publisher.reconcile(0);
    await publisher.reconcile(1e9);
    expect(store.maps.get('chat/llm-boundary-policy-gone')?.data).toEqual({ 'policy.yaml': 'old' });
  });

  it.each([
    ['data', { data: { 'policy.yaml': 'version: 1\nmode: observe\n' } }],
    ['a further key', { data: { 'policy.yaml': '', 'x.fingerprints': '' } }],
    ['no data', { data: null }],
    ['labels', { metadata: { name: 'llm-boundary-policy-default', namespace: 'chat' } }],
  ])('repairs what was touched: %s', async (_name, change) => {
    const { store, wanted, publisher } = setUp();
    wanted.push(DEFAULT);
    await publisher.reconcile(0);
    const before = store.maps.get(KEY);
    expect(before).toBeDefined();
    if (before === undefined) return;
    store.maps.set(KEY, { ...structuredClone(before), ...change });
    await publisher.reconcile(1);
    expect(store.maps.get(KEY)).toEqual(before);
    await publisher.reconcile(2);
    expect(store.writes).toBe(2);
  });

  it('removes policies after a minute of disuse, and not before', async () => {
    const { store, wanted, publisher } = setUp();
    wanted.push(DEFAULT);
    await publisher.reconcile(0);
    wanted.length = 0;
    await publisher.reconcile(1000);
    await publisher.reconcile(60_999);
    expect(store.maps.has(KEY)).toBe(true);
    wanted.push(DEFAULT);
    await publisher.reconcile(61_500);
    wanted.length = 0;
    await publisher.reconcile(62_000);
    await publisher.reconcile(121_000);
    expect(store.maps.has(KEY)).toBe(true);
    await publisher.reconcile(122_000);
    expect(store.maps.has(KEY)).toBe(false);
  });
});

describe('mounts of a pod', () => {
  it.each(['', 'default', 'llm-boundary-policy-', 'llm-boundary-other-x'])(
    '%j is no published policy',
    (name) => {
      expect(parsePublishedName(name)).toBeNull();
    },
  );

  it.each([
    ['llm-boundary-policy-observe-x', 'observe-x', null],
    ['llm-boundary-observe-policy-x', 'policy-x', 'observe'],
    ['llm-boundary-enforce-a.b', 'a.b', 'enforce'],
  ])('%j', (text, name, mode) => {
    expect(parsePublishedName(text)).toEqual({ name, mode });
  });

  const pod = {
    metadata: { namespace: 'chat' },
    spec: {
      containers: [{ name: 'm' }],
      initContainers: [{ name: 'llm-boundary-sidecar' }],
      volumes: [{ name: 'llm-boundary-policy', configMap: { name: 'llm-boundary-policy-default' } }],
    },
  };

  it('counts while the pod lives', () => {
    expect(mountedBy(pod, 'Running')).toEqual(DEFAULT);
    expect(mountedBy(pod, 'Succeeded')).toBeNull();
    expect(mountedBy({ ...pod, spec: { ...pod.spec, initContainers: [] } }, 'Running')).toBeNull();
    expect(mountedBy({ ...pod, spec: { ...pod.spec, volumes: [] } }, 'Running')).toBeNull();
  });
});
