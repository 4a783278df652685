import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../process/free-port.ts';
import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { until } from '../../process/until.ts';
import { builtTool } from '../built-tool.ts';
import { metric } from '../exchanges.ts';
import { OtelCollector } from '../otel-collector.ts';
import type { Steps } from '../steps.ts';
import { metricsIn, spansIn, type ReceivedSpan } from './received.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const CANARY = 'canary-of-content';
const POLICY = 'version: 1\ningress: { secrets: { action: block } }\naction: { default: allow }\n';
const SECRET = 'AKIAQ7WZ5TXN3RLMKB2D';
const LEFT = 30;

/** A model that keeps what it was asked, and whose streams end when the test says so. */
class Model {
  readonly asked: IncomingMessage[] = [];
  endStream: () => void = () => undefined;
  readonly #server: Server = createServer((request, response) => {
    this.asked.push(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { stream = false } = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly stream?: boolean;
      };
      const choice = { index: 0, finish_reason: 'stop' };
      const base = { id: 'c', created: 1, model: 'm-1' };
      if (!stream) {
        const message = { role: 'assistant', content: `${CANARY} in a reply.` };
        const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
        const reply = { ...base, object: 'chat.completion', choices: [{ ...choice, message }], usage };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
        return;
      }
      const chunk = (delta: object, finish: string | null): string =>
        `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ role: 'assistant', content: 'Good day, and more of it. ' }, null));
      this.endStream = () => response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function ask(
  { inbound: [base = ''] }: SidecarProcess,
  content: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }),
  });
}

function only(spans: readonly ReceivedSpan[], exchange: string, kind: number): ReceivedSpan {
  const root = spans.find(({ attributes }) => attributes.get('llm_boundary.exchange') === exchange);
  assert.ok(root !== undefined, `no span of ${exchange}`);
  if (kind === root.kind) return root;
  const found = spans.filter((span) => span.parentSpanId === root.spanId && span.kind === kind);
  const [first] = found;
  assert.ok(first !== undefined && found.length === 1, `${found.length} spans of kind ${kind}`);
  return first;
}

/** Spans and metrics of a real sidecar at an OpenTelemetry Collector, which is then killed. */
export async function tryTraces(steps: Steps): Promise<void> {
  steps.title('OpenTelemetry Collector (Go module) as receiver of spans and metrics');
  const built = builtTool('otelcol');
  if ('missing' in built) {
    steps.skip('everything', built.missing);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-traces-'));
  const [port, health] = [await freePort(), await freePort()];
  const collector = new OtelCollector(built.program, work, [port, health], {
    signals: ['traces', 'metrics'],
  });
  const model = new Model();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
    ...{ OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_METRIC_EXPORT_INTERVAL: '200', OTEL_BSP_MAX_QUEUE_SIZE: '20' },
    ...{ OTEL_RESOURCE_ATTRIBUTES: 'team=blue', LLM_BOUNDARY_POD_NAME: 'agent-0' },
    LLM_BOUNDARY_POD_OWNER: 'Deployment/agent',
  };
  let sidecar: SidecarProcess | null = null;
  try {
    const upstreams = [await model.start()];
    await steps.run('starts', () => collector.start());
    sidecar = await startSidecar({ upstreams, policy: POLICY, env });
    await received(steps, sidecar, { collector, model });
    await away(steps, sidecar, collector);
  } finally {
    model.endStream();
    await sidecar?.stop('SIGKILL');
    await collector.end('SIGKILL');
    model.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function received(
  steps: Steps,
  sidecar: SidecarProcess,
  { collector, model }: { readonly collector: OtelCollector; readonly model: Model },
): Promise<void> {
  const spans = async (exchange: string): Promise<readonly ReceivedSpan[]> => {
    await until(
      `a span of ${exchange}`,
      () => collector.received(),
      (all) => all.includes(`"stringValue":"${exchange}"`),
    );
    return spansIn(collector.received());
  };
  const idOf = (response: Response): string => response.headers.get('llm-boundary-decision') ?? '';

  await steps.run(
    "an exchange belongs to the caller's trace, and the model's parent is the call",
    async () => {
      const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-secret': CANARY };
      const response = await ask(sidecar, `${CANARY} in a prompt`, {}, headers);
      await response.text();
      const all = await spans(idOf(response));
      const [root, call] = [only(all, idOf(response), 2), only(all, idOf(response), 3)];
      assert.deepEqual([root.traceId, root.parentSpanId, call.traceId], [TRACE, PARENT, TRACE]);
      assert.equal(model.asked.at(-1)?.headers['traceparent'], `00-${TRACE}-${call.spanId}-01`);
      assert.deepEqual([call.name, call.attributes.get('gen_ai.usage.output_tokens')], ['chat m', '2']);
      assert.ok(root.start <= call.start && call.end <= root.end);
      const { resource } = root;
      assert.deepEqual(
        ['service.name', 'k8s.pod.name', 'k8s.deployment.name', 'team'].map((name) => resource.get(name)),
        ['llm-boundary-sidecar', 'agent-0', 'agent', 'blue'],
      );
    },
  );

  await steps.run('a refusal has its code and its status', async () => {
    const response = await ask(sidecar, `${CANARY} ${SECRET}`);
    await response.text();
    const root = only(await spans(idOf(response)), idOf(response), 2);
    assert.equal(root.status, 2);
    assert.equal(root.attributes.get('error.type'), 'secret_detected');
    assert.equal(root.attributes.get('http.response.status_code'), String(response.status));
  });

  await steps.run('a stream is one exchange, whose span ends with it', async () => {
    const response = await ask(sidecar, 'Hello.', { stream: true });
    const midNs = BigInt(Date.now()) * 1_000_000n;
    model.endStream();
    assert.ok((await response.text()).endsWith('[DONE]\n\n'));
    const all = await spans(idOf(response));
    assert.equal(
      all.filter(({ attributes }) => attributes.get('llm_boundary.exchange') === idOf(response)).length,
      1,
    );
    assert.ok(only(all, idOf(response), 2).end >= midNs);
  });

  await steps.run('metrics have the names of Prometheus', async () => {
    const names = await until(
      'the metric of exchanges',
      () => metricsIn(collector.received()),
      (all) => all.has('llm_boundary_exchanges_total'),
    );
    assert.ok(names.has('llm_boundary_overhead_seconds') && names.has('process_resident_memory_bytes'));
  });

  await steps.run('nothing that arrived has content', () => {
    assert.ok(!collector.received().includes(CANARY) && !collector.received().includes(SECRET));
    return Promise.resolve();
  });
}

async function away(steps: Steps, sidecar: SidecarProcess, collector: OtelCollector): Promise<void> {
  await steps.run(
    'without the collector, exchanges are answered and spans are dropped and counted',
    async () => {
      await collector.end('SIGKILL');
      for (let i = 0; i < LEFT; i += 1) {
        const response = await ask(sidecar, 'Hello.');
        await response.text();
        assert.equal(response.status, 200);
      }
      await until(
        'a dropped span',
        () => metric(sidecar, 'llm_boundary_spans_dropped_total'),
        (count) => count > 0,
      );
      await sidecar.logged('cannot be exported to');
    },
  );
  await steps.run('and the sidecar ends', async () => {
    assert.equal(await sidecar.stop(), 0);
  });
}
