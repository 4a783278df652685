import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { until } from '../process/until.ts';
import { json, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { talk } from './raw.ts';

const CHAT = '/v1/chat/completions';
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
const APP = 'https://app.example';
const FAULT =
  'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error(["nobody","expects"].join(" "))})';

describe('ways past the boundary', () => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  const at = (path: string): string => `${sidecar.inbound[0] ?? ''}${path}`;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(at(path), { redirect: 'manual', ...init });
  const post = (headers: Record<string, string> = {}, body = BODY): Promise<Response> =>
    ask(CHAT, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  beforeAll(async () => {
    upstream = await startUpstream((_seen, response) => json(response, {}));
    sidecar = await startSidecar({
      upstreams: [upstream.origin],
      policy: 'version: 1\nendpoints: { pass: [builtin, "GET /v1/models/org%2Fname"] }\n',
      env: { NODE_OPTIONS: `--import "${FAULT.replaceAll('"', "'")}"` },
    });
  });
  afterAll(async () => {
    await sidecar.stop('SIGKILL');
    await upstream.close();
  });
  beforeEach(() => {
    upstream.seen.length = 0;
  });

  it.each([
    ['GET', '/health'],
    ['HEAD', '/health'],
    ['GET', '/v1/models'],
  ])('a body of %s %s is refused, and nothing is forwarded', async (method, path) => {
    for (const framing of [
      'Content-Length: 3\r\n\r\nabc',
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ]) {
      const reply = await talk(at(''), `${method} ${path} HTTP/1.1\r\nHost: m\r\n${framing}`);
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(upstream.seen).toEqual([]);
  });

  it.each([
    [CHAT, 307],
    [CHAT, 302],
    ['/health', 302],
  ])('%s: a redirect (%d) to another host is refused', async (path, status) => {
    upstream.script = (_seen, response) =>
      response.writeHead(status, { location: 'http://other.example/x' }).end();
    const reply = path === CHAT ? await post() : await ask(path);
    expect({ status: reply.status, location: reply.headers.get('location') }).toEqual({
      status: 502,
      location: null,
    });
    expect(await reply.text()).toContain('response_malformed');
  });

  it.each([[CHAT], ['/health']])('%s: a redirect to the server itself becomes a path', async (path) => {
    upstream.script = ({ headers }, response) =>
      response.writeHead(307, { location: `http://${headers.host ?? ''}/health/` }).end();
    const reply = path === CHAT ? await post() : await ask(path);
    expect([reply.status, reply.headers.get('location')]).toEqual([307, '/health/']);
  });

  it('the server answers a preflight of an inspected route, and refusals repeat its headers', async () => {
    upstream.script = (_seen, response) =>
      response
        .writeHead(204, { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'POST' })
        .end();
    const before = await post({ origin: APP }, '{');
    expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([400, null]);
    const preflight = await ask(CHAT, {
      method: 'OPTIONS',
      headers: { origin: APP, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
    const after = await post({ origin: APP }, '{');
    expect([after.status, after.headers.get('access-control-allow-origin')]).toEqual([400, APP]);
  });

  it.each([
    ['without a method', CHAT, {}],
    ['of an unknown route', '/unknown', { 'access-control-request-method': 'POST' }],
  ])('OPTIONS %s is no preflight', async (_name, path, headers: Record<string, string>) => {
    const reply = await ask(path, { method: 'OPTIONS', headers: { origin: APP, ...headers } });
    expect([reply.status, upstream.seen.length]).toEqual([404, 0]);
  });

  it.each([
    ['HEAD', '/health', 200],
    ['GET', '/v1/models/org%2Fname', 200],
    ['GET', '/v1/models/org%2fname', 404],
    ['GET', '/v1/models/other%2Fname', 404],
    ['HEAD', '/unknown', 404],
  ])('%s %s: %d', async (method, path, status) => {
    upstream.script = (_seen, response) => json(response, {});
    expect((await ask(path, { method })).status).toBe(status);
  });

  it.each([
    ['no HTTP', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00'],
    ['a head with two meanings', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ])('%s is refused, logged and recorded', async (_name, bytes) => {
    const before = auditLines(sidecar.auditDir).length;
    expect(await talk(at(''), bytes)).toMatch(/^HTTP\/1\.1 400 /);
    const lines = await until(
      'its line of the record',
      () => auditLines(sidecar.auditDir).slice(before),
      ({ length }) => length > 0,
    );
    expect(lines).toMatchObject([{ verdict: 'block', code: 'request_malformed', outcome: 'refused' }]);
    await sidecar.logged('request_malformed', lines[0]?.exchange ?? 'none');
  });

  it('an uncaught fault ends the process with a reason and a code, and the record is sealed', async () => {
    expect(await sidecar.stop('SIGUSR2')).toBe(1);
    const log = sidecar.log.join('\n');
    expect(log).toContain('unexpected fault');
    expect(log).toContain('"msg":"stopped"');
    expect(log).not.toContain('nobody expects');
  });
});
