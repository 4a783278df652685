import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isReady, NAMESPACES, ready, statusOf, type Fixture } from '../fixture.ts';
import { image, IMAGES, SOURCE } from '../images.ts';
import { NodeReach } from '../node-reach.ts';
import { until } from '../shell.ts';
import { expect } from '../steps.ts';

const NAME = 'collector';
const IMAGE = 'collector:e2e';
const FILE = '/evidence/record.jsonl';

/** Where the sidecars send their record. */
export const ENDPOINT = `http://${NAME}.${NAMESPACES.clients}.svc:4318`;

/** As in the guide (docs/guide/audit.md): what is acknowledged is in the file. */
const CONFIG = `
receivers:
  otlp: { protocols: { http: { endpoint: 0.0.0.0:4318 } } }
exporters:
  file: { path: ${FILE}, rotation: { max_megabytes: 1000, max_backups: 0 } }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    logs: { receivers: [otlp], exporters: [file] }
`;

/** An OpenTelemetry Collector in a pod without a boundary, with its file on a volume that outlives its process. */
export class CollectorPod {
  readonly #fixture: Fixture;

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
  }

  /** The workload's image with the collector's program: with node, which reads the file. */
  async image(): Promise<void> {
    const { cluster } = this.#fixture;
    if (SOURCE.delivery === 'none') return;
    await cluster.tools(['otelcol']);
    const { stdout } = await cluster.inside(['bash', '-c', 'type -P otelcol']);
    const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-collector-'));
    try {
      copyFileSync(stdout.trim(), join(folder, 'otelcol'));
      await cluster.script(['image', IMAGE, folder, '--from', IMAGES.workload], { timeoutMs: 300_000 });
      const delivery = SOURCE.delivery === 'load' ? ['load'] : ['push', SOURCE.prefix];
      await cluster.script([...delivery, IMAGE], { timeoutMs: 300_000 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async start(): Promise<void> {
    const labels = { app: NAME };
    const metadata = { name: NAME, namespace: NAMESPACES.clients, labels };
    await this.#fixture.cluster.apply([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yaml': CONFIG } },
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 4318 }] } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: {
          containers: [
            {
              name: NAME,
              image: image(IMAGE),
              imagePullPolicy: SOURCE.pullPolicy,
              command: ['/otelcol', '--config', '/config/config.yaml'],
              readinessProbe: { tcpSocket: { port: 4318 }, periodSeconds: 1 },
              volumeMounts: [
                { name: 'config', mountPath: '/config' },
                { name: 'evidence', mountPath: '/evidence' },
              ],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: NAME } },
            { name: 'evidence', emptyDir: {} },
          ],
        },
      },
    ]);
    await ready(this.#fixture, NAMESPACES.clients, [`pod/${NAME}`], 120);
  }

  /** Ends its process at once; the kubelet starts another in the same pod. For the self-built cluster only. */
  async kill(): Promise<void> {
    const node = new NodeReach(this.#fixture);
    const pod = await this.#fixture.cluster.get('pod', NAME, NAMESPACES.clients);
    await node.run(['kill', '-KILL', await node.pidOf(pod, NAME)]);
    await until('the collector runs again', 120, async () => {
      const now = await this.#fixture.cluster.get('pod', NAME, NAMESPACES.clients);
      const [status] = statusOf(now).containerStatuses ?? [];
      return (status?.restartCount ?? 0) > 0 && isReady(now) ? true : null;
    });
  }

  /** What it has written, as text. */
  async received(): Promise<string> {
    const text = await this.#node(`process.stdout.write(require('fs').readFileSync('${FILE}'))`);
    expect(text !== '', 'the collector has written nothing');
    return text;
  }

  async remove(): Promise<void> {
    const what = ['pod', 'service', 'configmap'].map((kind) => `${kind}/${NAME}`);
    await this.#fixture.cluster.kubectl(['delete', '-n', NAMESPACES.clients, '--ignore-not-found', ...what]);
  }

  #node(script: string): Promise<string> {
    const exec = ['exec', '-n', NAMESPACES.clients, NAME, '--', 'node', '-e', script];
    return this.#fixture.cluster.kubectl(exec);
  }
}
