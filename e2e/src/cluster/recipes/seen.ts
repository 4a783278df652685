import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { spansIn } from '../../counterparts/otlp/received.ts';
import type { KubeObject } from '../cluster.ts';
import { attemptOne, CLIENT, isInjected, NAMESPACES, statusOf, told, type Fixture } from '../fixture.ts';
import { imageValues } from '../images.ts';
import { POLICY, SIDECAR_VALUES, type Release } from '../release.ts';
import { until } from '../shell.ts';
import { expect } from '../steps.ts';
import { NodeDaemon } from './node-daemon.ts';
import { posture } from './owner.ts';
import { RECIPE_NAMESPACES } from './page.ts';
import { TRUSTING_SIDECAR } from './stand-ins.ts';

/** The node's own address, which pods reach; a collector and a Prometheus server run on the node. */
const NODE = '172.30.0.2';
const OTLP = `http://${NODE}:4318`;
const PROMETHEUS = `http://${NODE}:9090`;
const CONSOLE = `http://llm-boundary-console.${NAMESPACES.system}:8080`;
const SIDECAR_PORT = 15430;
/** Of a trace that a client begins. */
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** What looks at the workloads of the cookbook: a collector of spans, Prometheus behind the console, and `posture`. */
export interface Watching {
  /** Starts it, and installs the chart with its values. */
  readonly start: (release: Release) => Promise<void>;
  readonly steps: () => Promise<void>;
  readonly end: () => void;
}

export async function seen(fixture: Fixture): Promise<Watching> {
  await fixture.cluster.tools(['otelcol', 'prometheus']);
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-seen-'));
  const daemons: NodeDaemon[] = [];
  return {
    start: async (release) => {
      daemons.push(startCollector(folder));
      await release.deploy(POLICY, {
        sidecar: {
          ...SIDECAR_VALUES,
          image: imageValues(TRUSTING_SIDECAR),
          // A batch each second, for the test.
          otel: { endpoint: OTLP, variables: { OTEL_BSP_SCHEDULE_DELAY: '1000' } },
        },
        console: { prometheus: PROMETHEUS },
      });
    },
    steps: async () => {
      const { steps } = fixture;
      await steps.step('sidecar.otel: the exchange of an injected pod is in the trace of its caller', () =>
        traced(fixture, join(folder, 'spans.jsonl')),
      );
      await steps.step('console.prometheus: the console shows the last day of a workload', async () => {
        daemons.push(await startPrometheus(fixture, folder));
        return lastDay(fixture);
      });
      await steps.step("posture -n, with the rights of one namespace's user", () => posture(fixture, folder));
    },
    end: () => {
      for (const daemon of daemons) daemon.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startCollector(folder: string): NodeDaemon {
  const config = join(folder, 'collector.yaml');
  writeFileSync(
    config,
    stringify({
      receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
      exporters: { file: { path: join(folder, 'spans.jsonl'), flush_interval: '200ms' } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
      },
    }),
  );
  return new NodeDaemon(['otelcol', '--config', config]);
}

async function traced(fixture: Fixture, file: string): Promise<string> {
  const outcome = await attemptOne(fixture, CLIENT, {
    kind: 'http',
    url: 'http://vllm.models:8000/v1/chat/completions',
    headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
    body: { model: 'qwen2.5-7b', messages: [{ role: 'user', content: 'Where is Ghent?' }] },
  });
  expect(outcome.status === 200, told(outcome));
  const id = outcome.headers['llm-boundary-decision'];
  const spans = await until('spans of the exchange', 30, () => {
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const found = spansIn(whole).filter(({ traceId }) => traceId === TRACE);
    return Promise.resolve(found.some(({ kind }) => kind === 2) ? found : null);
  });
  const root = spans.find(({ kind }) => kind === 2);
  expect(root?.attributes.get('llm_boundary.exchange') === id, `another exchange than ${id ?? ''}`);
  const names = ['k8s.namespace.name', 'k8s.deployment.name'].map((name) => root?.resource.get(name));
  expect(names.join('/') === 'models/vllm', `it is of ${names.join('/')}`);
  return `${spans.length} spans, as ${root?.name ?? ''}`;
}

/** Scrapes the sidecars as a PodMonitor would, with the labels that it gives. */
async function startPrometheus({ cluster }: Fixture, folder: string): Promise<NodeDaemon> {
  const lists = await Promise.all(RECIPE_NAMESPACES.map((name) => cluster.list('pods', name)));
  const targets = lists.flat().filter((pod) => isInjected(pod) && statusOf(pod).phase === 'Running');
  const config = join(folder, 'prometheus.yaml');
  const target = (pod: KubeObject): object => ({
    targets: [`${statusOf(pod).podIP ?? ''}:${SIDECAR_PORT}`],
    labels: { namespace: pod.metadata.namespace, pod: pod.metadata.name },
  });
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'sidecars', static_configs: targets.map(target) }],
    }),
  );
  return new NodeDaemon([
    ...['prometheus', `--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`],
    '--web.listen-address=0.0.0.0:9090',
  ]);
}

interface History {
  readonly prometheus: string;
  readonly problem: string | null;
  readonly points: readonly { readonly completed: number; readonly refused: number }[];
}

async function lastDay(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const token = (await cluster.kubectl(['create', 'token', 'owner', '-n', 'models'])).trim();
  // The console asks Prometheus at most twice a minute.
  const completed = await until(
    'the exchanges of the last day',
    100,
    async () => {
      const outcome = await attemptOne(fixture, CLIENT, {
        kind: 'http',
        url: `${CONSOLE}/api/workloads/models/Deployment/vllm/history`,
        headers: { authorization: `Bearer ${token}` },
      });
      if (outcome.status !== 200) throw new Error(`${told(outcome)}: ${outcome.body.slice(0, 300)}`);
      const { prometheus, problem, points } = JSON.parse(outcome.body) as History;
      if (prometheus !== 'answered') throw new Error(`${prometheus}: ${problem ?? ''}`);
      const sum = points.reduce((total, point) => total + point.completed, 0);
      return sum > 0 ? sum : null;
    },
    3000,
  );
  return `${completed} exchanges of vllm`;
}
