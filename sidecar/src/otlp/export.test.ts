import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

import { createTelemetry } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { OtlpExport } from './export.ts';
import { otlpSettingsFrom } from './settings.ts';

const START = {
  ...({ id: 'x', direction: 'inbound', method: 'POST', origin: 'http://127.0.0.1:1', host: null } as const),
  ...{ traceparent: undefined, tracestate: undefined },
};
const END = { outcome: 'completed', status: 200, dialect: 'openai-chat', ownMs: 1 } as const;

/** A collector, and what it got. */
class Collector {
  readonly bodies: string[] = [];
  readonly #server: Server;

  constructor(answer: RequestListener) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.bodies.push(Buffer.concat(chunks).toString('latin1'));
        answer(request, response);
      });
    });
  }

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

/** What became of exports and spans, in order. */
interface Told {
  readonly exports: string[];
  readonly dropped: (readonly [string, number])[];
  readonly warnings: string[];
}

async function open(
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
  credentialsDir: string | null = null,
): Promise<{ readonly exported: OtlpExport; readonly tracing: Tracing; readonly told: Told }> {
  const told: Told = { exports: [], dropped: [], warnings: [] };
  const all = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '1', ...env };
  const exported = await OtlpExport.open({
    ...{ settings: otlpSettingsFrom(all), env: all, host: 'h', version: '1.2.3', guardrails: false },
    credentialsDir,
    ...{ trust: createSecureContext(), lookup: null },
    telemetry: {
      otlpExported: (signal, result) => void told.exports.push(`${signal} ${result}`),
      spansDropped: (reason, spans) => void told.dropped.push([reason, spans]),
      values: () => createTelemetry({ process: false }).values(),
    },
    log: { warning: (text) => void told.warnings.push(text) },
  });
  return { exported, tracing: exported.tracing ?? NO_TRACING, told };
}

const NO_TRACING: Tracing = {
  begin: () => {
    throw new Error('no spans');
  },
};

function exchange(tracing: Tracing): void {
  tracing.begin(START).ended(END);
}

let collector: Collector | null = null;
afterEach(() => collector?.close());

describe('spans are exported', () => {
  it('with the resource of the pod, and those that are left at the end', async () => {
    collector = new Collector((_request, response) => void response.writeHead(200).end());
    const { exported, tracing, told } = await open(await collector.start(), {
      ...{ OTEL_BSP_SCHEDULE_DELAY: '3600000', OTEL_RESOURCE_ATTRIBUTES: 'team=blue' },
      ...{ LLM_BOUNDARY_POD_NAME: 'agent-0', LLM_BOUNDARY_POD_NAMESPACE: 'ml' },
      ...{ LLM_BOUNDARY_POD_OWNER: 'Deployment/agent', LLM_BOUNDARY_CLUSTER: 'prod-1' },
    });
    exchange(tracing);
    await exported.close(60_000);
    expect(told).toEqual({ exports: ['traces delivered'], dropped: [], warnings: [] });
    const [body = ''] = collector.bodies;
    for (const part of [
      'inbound openai-chat',
      'k8s.pod.name',
      'agent-0',
      'k8s.deployment.name',
      'prod-1',
      'team',
    ])
      expect(body).toContain(part);
  });

  it('again after the collector was away, which is said once, without the query: it may be a key', async () => {
    let answers = 0;
    collector = new Collector((_request, response) => {
      answers += 1;
      response.writeHead(answers === 1 ? 503 : 200, { 'retry-after': '0' }).end();
    });
    const { exported, tracing, told } = await open(`${await collector.start()}/v1/traces?api_key=KEY`);
    exchange(tracing);
    await exported.close(60_000);
    expect(told.exports).toEqual(['traces unavailable', 'traces delivered']);
    expect(told.dropped).toEqual([]);
    expect(told.warnings).toEqual([
      expect.stringContaining('HTTP 503; exchanges are not affected') as string,
      expect.stringContaining('again') as string,
    ]);
    expect(told.warnings.join()).not.toContain('KEY');
  });
});

it.each([
  ['parentbased_always_on', 0],
  ['always_on', 1],
])('%s: of a caller who asks for no trace, %d spans', async (sampler, spans) => {
  collector = new Collector((_request, response) => void response.writeHead(200).end());
  const { exported, tracing } = await open(await collector.start(), { OTEL_TRACES_SAMPLER: sampler });
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  tracing.begin({ ...START, traceparent }).ended(END);
  await exported.close(60_000);
  expect(collector.bodies).toHaveLength(spans);
});

describe('spans are dropped and counted', () => {
  it('if the collector refuses them', async () => {
    collector = new Collector((_request, response) => void response.writeHead(400).end());
    const { exported, tracing, told } = await open(await collector.start());
    exchange(tracing);
    exchange(tracing);
    await exported.close(60_000);
    expect(told.dropped).toEqual([['export', 2]]);
  });

  it('if the queue is full', async () => {
    collector = new Collector((_request, response) => void response.writeHead(200).end());
    const env = { OTEL_BSP_MAX_QUEUE_SIZE: '2', OTEL_BSP_SCHEDULE_DELAY: '3600000' };
    const { exported, tracing, told } = await open(await collector.start(), env);
    for (let i = 0; i < 5; i += 1) exchange(tracing);
    expect(told.dropped).toEqual(Array(3).fill(['queue', 1]));
    await exported.close(60_000);
    expect(told.exports).toEqual(['traces delivered']);
  });

  it('if the collector does not answer before the process must end', async () => {
    const asked = new Promise<void>((resolve) => {
      collector = new Collector(() => resolve());
    });
    const { exported, tracing, told } = await open(await (collector as unknown as Collector).start());
    exchange(tracing);
    await asked;
    await exported.close(0);
    expect(told).toMatchObject({ exports: ['traces timeout'], dropped: [['export', 1]] });
  });
});

describe('metrics are exported', () => {
  const own = (url: string): Readonly<Record<string, string>> => ({
    ...{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url },
  });

  it('at an interval', async () => {
    const asked = new Promise<void>((resolve) => {
      collector = new Collector((_request, response) => {
        response.writeHead(200).end();
        resolve();
      });
    });
    const url = await (collector as unknown as Collector).start();
    const { exported } = await open(url, { ...own(url), OTEL_METRIC_EXPORT_INTERVAL: '100' });
    await asked;
    await exported.close(60_000);
    expect(collector?.bodies[0]).toContain('llm_boundary_exchanges_in_flight');
  });

  it('at the end, and no spans are', async () => {
    collector = new Collector((_request, response) => void response.writeHead(200).end());
    const url = await collector.start();
    const { exported, tracing, told } = await open(url, own(url));
    expect(tracing).toBe(NO_TRACING);
    await exported.close(60_000);
    expect(told.exports).toEqual(['metrics delivered']);
    expect(collector.bodies[0]).toContain('llm_boundary_build_info');
  });
});

it.each([
  ['of this receiver', (url: string) => url, 'Bearer x'],
  ['of another one', () => 'https://other.example', undefined],
])('the mounted credentials are sent if they are those %s', async (_name, endpointFor, expected) => {
  const authorized: unknown[] = [];
  collector = new Collector((request, response) => {
    authorized.push(request.headers.authorization);
    response.writeHead(200).end();
  });
  const url = await collector.start();
  const dir = await mkdtemp(join(tmpdir(), 'llm-boundary-otlp-'));
  try {
    await writeFile(join(dir, 'endpoint'), endpointFor(url));
    await writeFile(join(dir, 'headers'), 'authorization=Bearer x');
    const { exported, tracing } = await open(url, {}, dir);
    exchange(tracing);
    await exported.close(60_000);
  } finally {
    await rm(dir, { recursive: true });
  }
  expect(authorized).toEqual([expected]);
});

describe('a signal whose credentials cannot be used is not exported, and that is told', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['headers in the clear', { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=x' }, 'over https only'],
    ['headers of another form', { OTEL_EXPORTER_OTLP_HEADERS: 'x' }, 'NAME=VALUE'],
    ['no such certificate', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/none/ca.crt' }, 'ENOENT'],
  ])('%s', async (_name, env, message) => {
    const both = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector.example:4318/v1/metrics', ...env };
    const { exported, told } = await open('http://collector.example:4318/v1/traces', both);
    expect(exported.tracing).toBeNull();
    expect(told.warnings).toEqual([
      expect.stringMatching(/^OpenTelemetry: no traces are exported: /),
      expect.stringMatching(/^OpenTelemetry: no metrics are exported: /),
    ]);
    expect(told.warnings[0]).toContain(message);
    await exported.close(60_000);
  });
});
