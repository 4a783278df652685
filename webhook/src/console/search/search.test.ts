import type { SeenPod } from '../source.ts';
import { until } from '../../testing/until.ts';
import { guardedPod, recentOf, TestConsole } from '../testing/console.ts';
import type { FleetDecisions } from './api.ts';
import { searchFleet } from './search.ts';

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [
    guardedPod('shop', 'a'),
    guardedPod('shop', 'b'),
    guardedPod('shop', 'bare', null),
    guardedPod('hidden', 'c'),
  ];
  const times = new Map([
    ['a', 1_500],
    ['b', 1_700],
    ['c', 1_600],
  ]);
  console.exchanges = ({ finding: { name } }) =>
    Promise.resolve(recentOf(`id-${name}`, { startMs: times.get(name) ?? 0 }));
  await console.start();
});
afterEach(() => console.stop());

async function found(token: string, query = '?from=1000&to=2000'): Promise<FleetDecisions> {
  return (await console.get(`/api/decisions${query}`, token)).body as FleetDecisions;
}

function names({ exchanges }: FleetDecisions): readonly string[] {
  return exchanges.map(
    ({ namespace, workload, pod }) => `${namespace}/${workload.kind}/${workload.name}/${pod}`,
  );
}

function podOf(name: string): SeenPod {
  return {
    finding: { namespace: 'n', name, boundary: true },
    controller: { kind: 'Pod', name },
  } as SeenPod;
}

describe('a search over the fleet', () => {
  it.each(['', '?from=1000', '?to=2000', '?from=2000&to=1000', '?from=0&to=3600001', '?from=x&to=y'])(
    'needs a time: %j',
    async (query) => {
      expect(await console.get(`/api/decisions${query}`, 'root')).toMatchObject({
        status: 400,
        body: { error: 'bad_request' },
      });
    },
  );

  it('is for users of the cluster, who find what they may see, newest first', async () => {
    expect((await console.get('/api/decisions?from=1000&to=2000', 'eve')).status).toBe(401);
    const [ann, root] = [await found('ann'), await found('root')];
    expect(names(ann)).toEqual(['shop/Deployment/bot/b', 'shop/Deployment/bot/a']);
    expect(ann.reach).toEqual({ sidecars: 2, asked: 2, answered: 2, forgot: 0, younger: 0, unguarded: 1 });
    expect(names(root)).toEqual([
      'shop/Deployment/bot/b',
      'hidden/Deployment/bot/c',
      'shop/Deployment/bot/a',
    ]);
    console.users.set('ann', []);
    console.nowMs += 61_000;
    expect(await found('ann')).toMatchObject({ exchanges: [], reach: { sidecars: 0, unguarded: 0 } });
  });

  it.each<[string, string, readonly string[], number]>([
    ['a time', '?from=1600&to=1700', ['b', 'c'], 2],
    ['a limit', '?from=1000&to=2000&limit=1', ['b'], 3],
    ['what was refused', '?from=1000&to=2000&show=changed', [], 0],
    ['what observe would have done', '?from=1000&to=2000&show=observed', ['b', 'c', 'a'], 3],
  ])('keeps to %s', async (_what, query, pods, matching) => {
    const answer = await found('root', query);
    expect([answer.exchanges.map(({ pod }) => pod), answer.matching]).toEqual([pods, matching]);
  });

  it('finds a stream that began before and was refused then', async () => {
    const step = { kind: 'egress', verdict: 'block', code: 'x', status: 200, hits: [], moreHits: 0, seq: 1 };
    const steps = [{ ...step, timeMs: 1_650 }];
    console.exchanges = ({ finding: { name } }) =>
      Promise.resolve(recentOf(`id-${name}`, { startMs: 900, endMs: 1_650, steps }));
    expect((await found('ann', '?from=1600&to=1700')).matching).toBe(2);
    expect((await found('ann', '?from=1000&to=1100')).matching).toBe(0);
  });

  it('says which sidecars began later, and so cannot know', async () => {
    console.exchanges = ({ finding: { name } }) =>
      Promise.resolve({ ...recentOf(`id-${name}`), sinceMs: name === 'a' ? 1_001 : 1_000 });
    expect((await found('ann')).reach).toMatchObject({ answered: 2, younger: 1, forgot: 0 });
  });

  it('keeps to one namespace, which the user may see', async () => {
    const query = '?from=1000&to=2000&namespace=';
    expect(await found('root', `${query}hidden`)).toMatchObject({ matching: 1, reach: { sidecars: 1 } });
    expect(await found('root', `${query}nowhere`)).toMatchObject({ matching: 0, reach: { sidecars: 0 } });
    for (const namespace of ['hidden', 'nowhere'])
      expect(await console.get(`/api/decisions${query}${namespace}`, 'ann')).toMatchObject({ status: 403 });
  });

  it('refuses a third search of a user while two are under way, and none of others', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const asked: string[] = [];
    console.exchanges = async ({ finding: { name } }) => {
      asked.push(name);
      await ended;
      return recentOf('x');
    };
    const two = [found('ann'), found('ann')];
    await until('both ask', () => asked.length === 4);
    const third = await console.get('/api/decisions?from=1000&to=2000', 'ann');
    expect(third).toMatchObject({
      status: 429,
      body: { error: 'too_often' },
      headers: { 'retry-after': '5' },
    });
    const other = found('root');
    await until('another user asks', () => asked.length === 7);
    end();
    expect((await Promise.all([...two, other])).map(({ reach }) => reach.answered)).toEqual([2, 2, 3]);
    expect((await found('ann')).reach.answered).toBe(2);
  });

  it('asks no further sidecar for a user who has gone', async () => {
    const pods = Array.from({ length: 200 }, (_, at) => podOf(`p${at}`));
    const gone = new AbortController();
    const exchanges = (): Promise<unknown> => {
      gone.abort();
      return Promise.resolve(recentOf('x'));
    };
    const filter = { limit: 1, show: 'all', fromMs: 0, toMs: 9 } as const;
    const { reach } = await searchFleet(pods, filter, {
      ...{ source: { exchanges }, now: () => 0, gone: gone.signal },
    });
    expect(reach).toMatchObject({ sidecars: 200, asked: 1, answered: 1 });
  });

  it('asks each sidecar for that time alone', async () => {
    const asked: string[] = [];
    console.exchanges = (_pod, query) => {
      asked.push(query);
      return Promise.resolve(recentOf('x'));
    };
    await found('ann');
    expect(asked).toEqual(['?limit=200&from=1000&to=2000', '?limit=200&from=1000&to=2000']);
  });

  it('says which sidecars did not answer, and which have forgotten', async () => {
    console.exchanges = ({ finding: { name } }) => {
      if (name === 'a') return Promise.reject(new Error('its sidecar did not answer'));
      const older = name === 'c' ? { startMs: 999 } : {};
      return Promise.resolve({ ...recentOf('x', older), isCut: true });
    };
    expect(await found('root')).toMatchObject({
      reach: { sidecars: 3, asked: 3, answered: 2, forgot: 1, unguarded: 1 },
      problems: [{ namespace: 'shop', pod: 'a', problem: 'its sidecar did not answer' }],
    });
  });

  it('reaches the others where 100 sidecars of one namespace do not answer', async () => {
    console.pods = [
      ...Array.from({ length: 100 }, (_, at) => guardedPod('shop', `slow-${at}`)),
      guardedPod('hidden', 'last'),
    ];
    // They answer only once the last one was asked.
    const order: string[] = [];
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    console.exchanges = async ({ finding: { name } }) => {
      order.push(name);
      if (order.length === 101) end();
      if (name === 'last') return recentOf('x', { startMs: 1_500 });
      await ended;
      return recentOf('y', { startMs: 1_400 });
    };
    expect(await found('root')).toMatchObject({ matching: 101, reach: { asked: 101, answered: 101 } });
    expect(order.indexOf('last')).toBe(1);
  });

  it('ends after its time, and at its number of sidecars, and says what it did not reach', async () => {
    let nowMs = 0;
    const pods = Array.from({ length: 3_000 }, (_, at) => podOf(`p${at}`));
    const search = (stepMs: number): Promise<FleetDecisions> => {
      const exchanges = (): Promise<unknown> => {
        nowMs += stepMs;
        return Promise.resolve(recentOf('x', { startMs: 5 }));
      };
      const filter = { limit: 10, show: 'all', fromMs: 0, toMs: 9 } as const;
      return searchFleet(pods, filter, { source: { exchanges }, now: () => nowMs });
    };
    expect(await search(0)).toMatchObject({ matching: 2_000, reach: { sidecars: 3_000, asked: 2_000 } });
    const { reach, exchanges } = await search(50);
    expect(reach.asked).toBeLessThanOrEqual(5_000 / 50 + 32);
    expect(exchanges).toHaveLength(10);
  });
});
