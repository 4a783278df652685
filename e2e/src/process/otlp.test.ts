import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startSidecar } from './sidecar.ts';

const POLICY = 'version: 1\naction: { default: allow }\n';
/** Says at the end how many files of OpenTelemetry were loaded, beside its interfaces, which the metrics load. */
const TELLS = `data:text/javascript,${encodeURIComponent(
  `import { createRequire } from 'node:module';
   const { cache } = createRequire('/');
   process.on('exit', () => process.stderr.write(JSON.stringify({
     msg: 'loaded', files: Object.keys(cache).filter((path) => /@opentelemetry.(?!api.)/.test(path)).length,
   }) + '\\n'));`,
)}`;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers everything, and what it was sent, by path. */
async function listen(answer: string): Promise<{ readonly url: string; readonly got: Map<string, string> }> {
  const got = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      got.set(path, (got.get(path) ?? '') + Buffer.concat(chunks).toString('latin1'));
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

async function exchanged(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const model = await listen('{"choices":[]}');
  const sidecar = await startSidecar({
    upstreams: [model.url],
    policy: POLICY,
    env: { ...env, NODE_OPTIONS: `--import ${TELLS}` },
  });
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello.' }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${sidecar.inbound[0]}/v1/chat/completions`, { method: 'POST', headers, body });
  expect(await sidecar.stop()).toBe(0);
  return sidecar.log;
}

function filesIn(log: readonly string[]): number {
  const told = log.find((line) => line.includes('"msg":"loaded"')) ?? '{}';
  return (JSON.parse(told) as { readonly files: number }).files;
}

it('nothing of the SDK is loaded where nothing is exported', async () => {
  expect(filesIn(await exchanged({}))).toBe(0);
});

it('spans and metrics are sent before the process ends', async () => {
  const collector = await listen('{}');
  const log = await exchanged({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  expect(filesIn(log)).toBeGreaterThan(0);
  expect([...collector.got.keys()].sort()).toEqual(['/v1/metrics', '/v1/traces']);
  expect(collector.got.get('/v1/traces')).toContain('inbound openai-chat');
  expect(collector.got.get('/v1/metrics')).toContain('llm_boundary_exchanges_total');
});

it.each([
  [{ OTEL_SDK_DISABLED: '1' }, 'OTEL_SDK_DISABLED \\"1\\": expected true, false'],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'no metrics are exported'],
  [{ OTEL_TRACES_EXPORTER: 'console' }, 'traces are exported nowhere'],
  [{ OTEL_EXPORTER_OTLP_CERTIFICATE: '/none/ca.crt' }, 'no traces are exported: ENOENT'],
])('starts with %j, which other operators may have set, and warns', async (env, message) => {
  const sidecar = await startSidecar({
    upstreams: [],
    policy: 'version: 1\n',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...env },
  });
  expect(await sidecar.stop()).toBe(0);
  const warnings = sidecar.log.filter((line) => line.includes('OpenTelemetry: '));
  expect(warnings.join('\n')).toContain(message);
});
