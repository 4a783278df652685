import type { Policy } from '../api-policies.ts';
import { guardedPod, SYSTEM, TestConsole } from '../testing/console.ts';

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [guardedPod('shop', 'a'), guardedPod('shop', 'b'), guardedPod('hidden', 'c')];
  await console.start();
});
afterEach(() => console.stop());

function map(namespace: string, name: string, data: Record<string, string>, annotations = {}): void {
  console.catalogue.set({
    metadata: { name, namespace, annotations, labels: { 'llm-boundary.io/policy': 'true' } },
    data,
  });
}

describe('policies', () => {
  it('of other workloads are not there, for one who may not see where policies live', async () => {
    map(SYSTEM, 'payments', { 'policy.yaml': 'version: 1\naction: { hosts: [bank.example.com] }\n' });
    map(SYSTEM, 'broken', { 'policy.yaml': 'version: 9\n' });
    const get = (name: string, token: string): Promise<unknown> =>
      console.get(`/api/policies/${name}?namespace=shop`, token);
    const absent = await console.get('/api/policies/absent?namespace=shop', 'ann');
    expect(absent.status).toBe(404);
    for (const name of ['payments', 'broken'])
      expect(await get(name, 'ann')).toMatchObject({ status: 404, body: absent.body });
    expect(await get('payments', 'root')).toMatchObject({ status: 200 });
    console.pods.push(guardedPod('shop', 'p', 'payments'));
    console.nowMs += 1_001;
    expect(await get('payments', 'ann')).toMatchObject({ status: 200, body: { row: { pods: 1 } } });
  });

  it('say that a shadow cannot be used, and to those who see where policies live why', async () => {
    map(SYSTEM, 'default', { 'policy.yaml': 'version: 1\n' }, { 'llm-boundary.io/shadow': 'nobody' });
    map(SYSTEM, 'payments', { 'policy.yaml': 'version: 1\n' });
    const problem = async (token: string): Promise<unknown> =>
      ((await console.get('/api/policies/default?namespace=shop', token)).body as Policy).shadowProblem;
    expect(await problem('root')).toMatch(/no policy is named "nobody"; there are .*payments/);
    expect(await problem('ann')).toMatch(/^The shadow cannot be used; why is for/);
  });

  it.each<[string, string | null, string, Policy['values']]>([
    ['enforce', null, 'enforce', [{ path: 'mode', value: '"enforce"', from: ['pod'] }]],
    [
      'observe',
      'version: 1\nmode: observe\n',
      'observe',
      [
        { path: 'mode', value: '"observe"', from: ['floor', 'pod'] },
        { path: 'egress.pii.mode', value: '"observe"', from: ['floor', 'pod'] },
      ],
    ],
    // Without a floor that observes it is not granted.
    ['observe', null, 'observe', [{ path: 'mode', value: '"observe"', from: ['workload'] }]],
  ])('with what a pod asks for: %s', async (asked, floor, mode, values) => {
    map(SYSTEM, 'default', { 'policy.yaml': 'version: 1\nmode: observe\n' });
    if (floor !== null) map(SYSTEM, 'floor', { 'policy.yaml': floor });
    const { body } = await console.get(`/api/policies/default?namespace=shop&asked=${asked}`, 'ann');
    const policy = body as Policy;
    expect(policy.row.mode).toBe(mode);
    expect(policy.values).toEqual(expect.arrayContaining([...values]));
  });

  it('have layers; a text of a namespace that the user may not see is left out', async () => {
    map(SYSTEM, 'default', { 'policy.yaml': 'version: 1\n# why\nmode: observe\n' });
    map('shop', 'own', { 'policy.yaml': 'version: 1\nmode: enforce\n' });
    const { body } = await console.get('/api/policies/default?namespace=shop', 'ann');
    expect(body).toMatchObject({
      row: { pods: 2, problem: null, shadow: null },
      layers: [
        { layer: 'namespace', source: 'shop/own', text: 'version: 1\nmode: enforce\n' },
        { layer: 'workload', source: 'llm-boundary/default', text: null },
      ],
      shadowDiff: null,
    });
    expect((await console.get('/api/policies/default?namespace=shop', 'root')).body).toMatchObject({
      layers: [{}, { text: expect.stringContaining('# why') as string }],
    });
    expect((await console.get('/api/policies', 'ann')).body).toMatchObject({
      policies: [{ name: 'default', pods: 2 }],
    });
  });
});
