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
