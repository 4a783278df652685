import assert from 'node:assert/strict';

import { Prometheus } from '@llm-boundary/webhook/console/history';

import type { PrometheusServer } from './server.ts';

/** A pod that is a workload of its own. */
interface Alone {
  readonly namespace: string;
  readonly name: string;
}

/** What the console shows of a workload is what the server has of it: no exchange less, although each series began with one, and none of others. */
export async function checkHistory(server: PrometheusServer, { namespace, name }: Alone): Promise<void> {
  const prometheus = new Prometheus(new URL(server.origin), Date.now);
  const counted = async (within: string, kind: string, of: string): Promise<readonly number[]> => {
    const found = await prometheus.history({ namespace: within, kind, name: of, pods: [] });
    assert.equal(found.problem, null);
    const sum = (key: 'completed' | 'refused' | 'failed'): number =>
      found.points.reduce((total, point) => total + point[key], 0);
    return [sum('completed'), sum('refused'), sum('failed')];
  };
  const series = `llm_boundary_exchanges_total{namespace="${namespace}",pod="${name}"}`;
  const expected = await Promise.all(
    ['="completed"', '="refused"', '!~"completed|refused"'].map(async (outcome) => {
      const [sample] = await server.query(`sum(${series.replace('}', `,outcome${outcome}}`)})`);
      return sample?.value ?? 0;
    }),
  );
  assert.ok(expected.every((count) => count > 0));
  assert.deepEqual(await counted(namespace, 'Pod', name), expected);
  assert.deepEqual(await counted(namespace, 'StatefulSet', name.replace(/-\d+$/, '')), expected);
  for (const [within, of] of [
    [`${namespace}-2`, name],
    [namespace, `${name}"} or llm_boundary_exchanges_total{pod=~".+`],
    [`.*`, name],
    [namespace, '.*'],
  ] as const)
    assert.deepEqual(await counted(within, 'Pod', of), [0, 0, 0]);
}
