import { EventSeries, type PodEvent } from './event-series.ts';
import type { Refused } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';

const NOTICE: Refused = {
  ...{ kind: 'refused', control: 'action', rule: 'tool.when', code: 'tool_not_allowed' },
  ...{ count: 1, firstMs: 1, lastMs: 1, exchange: 'a' },
};

class Cluster {
  nowMs = 1_000_000;
  readonly created: PodEvent[] = [];
  readonly counts = new Map<string, number>();
  updates = 0;
  readonly results: Record<string, number> = {};
  readonly series = new EventSeries({
    writer: {
      create: (event) => {
        const name = `${event.pod.name}.${this.created.push(event)}`;
        this.counts.set(name, event.count);
        return Promise.resolve(name);
      },
      count: (_namespace, name, count) => {
        this.updates += 1;
        this.counts.set(name, count);
        return Promise.resolve(true);
      },
    },
    wrote: (result) => (this.results[result] = (this.results[result] ?? 0) + 1),
    onError: () => undefined,
    now: () => this.nowMs,
  });

  /** Time passes, and what was begun ends. */
  async later(ms: number): Promise<void> {
    this.nowMs += ms;
    await new Promise((resolve) => setImmediate(resolve));
    this.series.look();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function pod(index: number, namespace = 'ml'): PodIdentity {
  return { namespace, name: `agent-${index}`, uid: `uid-${namespace}-${index}` };
}

it('a flood of 10,000 refusals a second from 1,000 pods is a handful of Events', async () => {
  const cluster = new Cluster();
  for (let second = 0; second < 600; second += 10) {
    for (let index = 0; index < 1_000; index += 1)
      cluster.series.refused(pod(index), { ...NOTICE, count: 100 });
    await cluster.later(10_000);
  }
  expect(cluster.created.length).toBeLessThanOrEqual(10 + 600 / 60);
  expect(cluster.updates).toBeLessThanOrEqual(10 * cluster.created.length);
  expect(cluster.results['limited']).toBeGreaterThan(50_000);
});

it('a namespace in a flood leaves places for another one', async () => {
  const cluster = new Cluster();
  for (let index = 0; index < 1_000; index += 1) {
    cluster.series.refused(pod(index), NOTICE);
    if (index % 20 === 0) await cluster.later(0);
  }
  cluster.series.refused(pod(1, 'other'), NOTICE);
  await cluster.later(0);
  expect(cluster.created.filter(({ pod: { namespace } }) => namespace === 'other')).toHaveLength(1);
});

it('rules that a namespace invents for hours use up neither the Events nor the counts of others', async () => {
  const cluster = new Cluster();
  const invented = Array.from({ length: 20 }, (): string[] => []);
  let next = 0;
  const asked: string[] = [];
  for (let second = 0; second < 6 * 3_600; second += 5) {
    for (const [index, rules] of invented.entries()) {
      const rule = `invented.${(next += 1)}`;
      const before = cluster.created.length;
      for (const one of [...rules, rule]) cluster.series.refused(pod(index), { ...NOTICE, rule: one });
      if (cluster.created.length > before) rules.push(rule);
    }
    if (second % 95 === 0) {
      asked.push(`victim-${second}`);
      cluster.series.refused(pod(0, `victim-${second}`), NOTICE);
    }
    await cluster.later(5_000);
  }
  const victims = cluster.created.map(({ pod: { namespace } }) => namespace).filter((name) => name !== 'ml');
  expect(victims).toEqual(asked);
});

it('two hundred namespaces that invent rules do not keep another one waiting', async () => {
  const cluster = new Cluster();
  const waits: (number | null)[] = [];
  let asked: { readonly namespace: string; readonly atMs: number } | null = null;
  for (let second = 0; second < 3_600; second += 5) {
    for (let loud = 0; loud < 200; loud += 1)
      cluster.series.refused(pod(second % 7, `loud-${loud}`), { ...NOTICE, rule: `invented.${second}` });
    // At first each of the two hundred waits for its own first turn.
    if (second % 300 === 295) {
      asked = { namespace: `victim-${second}`, atMs: cluster.nowMs };
      cluster.series.refused(pod(0, asked.namespace), NOTICE);
      // The reports that follow count.
      cluster.series.refused(pod(0, asked.namespace), { ...NOTICE, count: 4 });
    }
    await cluster.later(5_000);
    const { namespace = '', atMs = 0 } = asked ?? {};
    if (cluster.created.some(({ pod: of, count }) => of.namespace === namespace && count === 5)) {
      waits.push(cluster.nowMs - atMs);
      asked = null;
    }
  }
  expect(waits).toHaveLength(12);
  expect(Math.max(...waits.map((wait) => wait ?? Infinity))).toBeLessThanOrEqual(5_000);
  // A place a second, and those of the beginning.
  expect(cluster.created.length).toBeLessThanOrEqual(3_600 + 60);
});

it('what waits is bounded, and counted where it never becomes an Event', async () => {
  const cluster = new Cluster();
  for (let minute = 0; minute < 20; minute += 1) {
    for (let loud = 0; loud < 100; loud += 1)
      for (let nth = 0; nth < 40; nth += 1)
        cluster.series.refused(pod(nth, `loud-${loud}`), { ...NOTICE, rule: `r${minute}` });
    await cluster.later(0);
  }
  const told = 100 * 40 * 20;
  for (let hours = 0; hours < 3; hours += 1) await cluster.later(3_600_001);
  const { created = 0, limited = 0 } = cluster.results;
  expect([created, limited + created]).toEqual([60, told]);
});

it('namespaces take turns in writing counts', async () => {
  const cluster = new Cluster();
  for (let minute = 0; minute < 33; minute += 1) {
    for (let index = 0; index < 300; index += 1)
      for (const rule of ['a', 'b', 'c', 'd', 'e'])
        cluster.series.refused(pod(index, `loud-${index % 6}`), { ...NOTICE, rule });
    if (minute === 30) cluster.series.refused(pod(0, 'quiet'), NOTICE);
    if (minute === 31) cluster.series.refused(pod(0, 'quiet'), { ...NOTICE, count: 8 });
    for (let times = 0; times < 12; times += 1) await cluster.later(5_000);
  }
  const quiet = cluster.created.findIndex(({ pod: { namespace } }) => namespace === 'quiet');
  expect(cluster.counts.get(`agent-0.${quiet + 1}`)).toBe(9);
});

it('keeps a hundred series of a namespace', async () => {
  const cluster = new Cluster();
  const all = (): void => {
    for (let index = 0; index < 150; index += 1) cluster.series.refused(pod(index), NOTICE);
  };
  for (let minute = 0; minute < 200; minute += 1) {
    all();
    await cluster.later(60_000);
  }
  await cluster.later(0);
  const before = cluster.results['limited'] ?? 0;
  all();
  expect((cluster.results['limited'] ?? 0) - before).toBeGreaterThanOrEqual(49);
});

it('has room for another namespace where many fill the memory', async () => {
  const cluster = new Cluster();
  for (let turn = 0; cluster.created.length < 10_000; turn += 1) {
    // None of them is forgotten.
    if (turn % 60 === 0) for (const each of [...cluster.created]) cluster.series.refused(each.pod, NOTICE);
    for (let nth = 0; nth < 30; nth += 1)
      cluster.series.refused(pod(turn, `loud-${(turn * 30 + nth) % 120}`), NOTICE);
    await cluster.later(30_000);
  }
  for (const count of [1, 2]) {
    cluster.series.refused(pod(0, 'quiet'), { ...NOTICE, count });
    for (let looks = 0; looks < 10; looks += 1) await cluster.later(60_000);
  }
  const quiet = cluster.created.flatMap(({ pod: { namespace } }, index) =>
    namespace === 'quiet' ? [cluster.counts.get(`agent-0.${index + 1}`)] : [],
  );
  expect(quiet).toEqual([3]);
});

it('counts to what the API takes, and then writes no more', async () => {
  const cluster = new Cluster();
  for (let index = 0; index < 5; index += 1) {
    cluster.series.refused(pod(0), { ...NOTICE, count: 1_000_000_000 });
    await cluster.later(60_000);
  }
  expect([...cluster.counts.values()]).toEqual([2_147_483_647]);
  expect(cluster.updates).toBe(2);
});

it('counts every refusal of a rule that has an Event', async () => {
  const cluster = new Cluster();
  for (let index = 0; index < 100; index += 1) {
    cluster.series.refused(pod(0), { ...NOTICE, count: index + 1 });
    await cluster.later(3_000);
  }
  await cluster.later(60_000);
  expect([...cluster.counts.values()]).toEqual([5_050]);
  expect(cluster.updates).toBeLessThanOrEqual(7);
});

it('begins anew after an hour without refusals', async () => {
  const cluster = new Cluster();
  cluster.series.refused(pod(0), NOTICE);
  await cluster.later(3_600_001);
  cluster.series.refused(pod(0), NOTICE);
  await cluster.later(0);
  expect(cluster.created).toHaveLength(2);
});
