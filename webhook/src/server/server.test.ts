import { Agent, request } from 'node:https';

import { pino } from 'pino';

import { AuthorityCertificate } from '../certs/source.ts';
import { testPolicies } from '../inject/fixtures.ts';
import { applyPatch, DEFAULT_CONFIG, type PatchOperation } from '../inject/index.ts';
import type { Decision } from '../admission/admission-review.ts';
import { MAX_BODY_BYTES } from './app.ts';
import { requestedTimeoutMs, budgetMs } from './deadline.ts';
import { WebhookMetrics } from '../telemetry/metrics.ts';
import { mutate } from '../admission/mutate.ts';
import { parseListen } from './tls-server.ts';
import { WebhookServer, type ServerOptions } from './webhook-server.ts';

const LABELLED = { metadata: { name: 'chat', labels: { 'llm-boundary.io/inject': 'true' } } };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'model-' },
  spec: { containers: [{ name: 'model', image: 'm', ports: [{ containerPort: 8000 }] }] },
};

function review(object: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'chat',
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      object,
      ...more,
    },
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly connection: string | undefined;
  readonly json: () => { response: Record<string, unknown> };
}

const metrics = new WebhookMetrics();
const published: string[] = [];
let server: WebhookServer;
let port = 0;
let adminPort = 0;
let source: AuthorityCertificate;
let now = Date.now();

function call(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
  method = 'POST',
  to: { readonly port: number; readonly agent: Agent | false } = { port, agent: false },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      ...to,
      servername: 'localhost',
      ca: source.ca,
      path,
      method,
    };
    const sent = request(
      { ...options, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0, headers: received } = response;
          resolve({
            status: statusCode,
            text,
            connection: received.connection,
            json: () => JSON.parse(text) as never,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function post(object: unknown, more: Record<string, unknown> = {}): Promise<Reply> {
  return call('/mutate', JSON.stringify(review(object, more)));
}

beforeAll(async () => {
  source = await AuthorityCertificate.alone(['localhost', '127.0.0.1'], now);
  server = new WebhookServer(options());
  const bound = await server.start();
  port = bound.listen.port;
  adminPort = bound.admin.port;
});

function options(): ServerOptions {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    webhooks: {
      '/mutate': (admission) =>
        mutate(admission, {
          namespace: (name) => (name === 'chat' ? LABELLED : null),
          policies: testPolicies,
          config: DEFAULT_CONFIG,
          metrics,
          onInjected: (namespace, policy) => published.push(`${namespace}/${policy.configMap}`),
        }),
      '/late': () => new Promise<Decision>(() => undefined),
      '/broken': () => {
        throw new Error('on purpose');
      },
    },
    certificates: source,
    timeoutSeconds: 30,
    servername: 'localhost',
    dependencies: () => null,
    metrics,
    log: pino({ level: 'silent' }),
    now: () => now,
    lingerMs: 0,
  };
}

afterAll(() => server.stop());

describe('other bodies than an admission review', () => {
  it.each([
    ['no JSON', '{', 400],
    ['an empty body', '', 400],
    ['an older version', JSON.stringify({ ...review(POD), apiVersion: 'admission.k8s.io/v1beta1' }), 400],
    ['another kind', JSON.stringify({ ...review(POD), kind: 'Pod' }), 400],
    ['no request', JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }), 400],
    ['no uid', JSON.stringify(review(POD, { uid: '' })), 400],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['an unknown operation', JSON.stringify(review(POD, { operation: 'PATCH' })), 400],
  ])('%s: refused', async (_name, body, status) => {
    expect((await call('/mutate', body)).status).toBe(status);
  });

  it.each([
    ['another content type', '/mutate', { 'content-type': 'text/plain' }, 'POST', 415],
    ['a compressed body', '/mutate', { 'content-encoding': 'gzip' }, 'POST', 415],
    ['another method', '/mutate', {}, 'PUT', 405],
    ['another path', '/Mutate', {}, 'POST', 404],
    ['a trailing slash', '/mutate/', {}, 'POST', 404],
  ])('%s: refused', async (_name, path, headers, method, status) => {
    expect((await call(path, '{}', headers, method)).status).toBe(status);
  });

  it('a body over the limit: refused', async () => {
    const reply = await call('/mutate', Buffer.alloc(MAX_BODY_BYTES + 1, 0x20)).catch(() => null);
    expect(reply === null || reply.status === 413).toBe(true);
  });

  it("a decision after the API server's timeout is a 503, which counts as a refusal", async () => {
    const reply = await call('/late?timeout=0.6s', JSON.stringify(review(POD)));
    expect(reply.status).toBe(503);
    expect(reply.text).toBe('not decided within 250 ms\n');
    expect((await call('/mutate?timeout=10s', JSON.stringify(review(POD)))).status).toBe(200);
  });

  it('an internal fault is a 500, which the API server takes for a refusal', async () => {
    const reply = await call('/broken', JSON.stringify(review(POD)));
    expect(reply.status).toBe(500);
    expect(reply.text).toBe('internal error\n');
  });
});

describe('the creation of a pod', () => {
  it('that has not the shape of a pod is refused, with the field', async () => {
    const { response } = (await post({ spec: { containers: [{}] } })).json();
    expect(response).toMatchObject({ uid: 'u-1', allowed: false, status: { code: 403 } });
    expect(JSON.stringify(response)).toContain('spec.containers.0.name');
  });

  it('in a namespace that is not known is refused', async () => {
    expect((await post(POD, { namespace: 'elsewhere' })).json().response).toMatchObject({
      allowed: false,
      auditAnnotations: { reason: 'namespace_unknown' },
    });
  });

  it('that cannot be guarded is refused with reason, field and fix', async () => {
    const { response } = (await post({ ...POD, spec: { ...POD.spec, hostNetwork: true } })).json();
    expect(response).toMatchObject({
      allowed: false,
      auditAnnotations: { decision: 'refused', reason: 'host_namespace', field: 'spec.hostNetwork' },
    });
    expect(response['patch']).toBeUndefined();
    expect(JSON.stringify(response['status'])).toContain('Fix: Remove hostNetwork');
  });

  it('injects by patch, and reports the decision', async () => {
    published.length = 0;
    const { response } = (await post(POD)).json();
    expect(response).toMatchObject({
      uid: 'u-1',
      allowed: true,
      patchType: 'JSONPatch',
      auditAnnotations: { decision: 'injected', policy: 'default' },
    });
    const patch = JSON.parse(Buffer.from(String(response['patch']), 'base64').toString()) as PatchOperation[];
    const pod = applyPatch<unknown>(POD, patch) as { spec: { initContainers?: { name: string }[] } };
    expect(pod.spec.initContainers?.map(({ name }) => name)).toEqual([
      'llm-boundary-net-init',
      'llm-boundary-sidecar',
    ]);
    expect(published).toEqual(['chat/llm-boundary-policy-default']);

    const again = (await post(pod)).json().response;
    expect(again).toMatchObject({ allowed: true });
    expect(again['patch']).toBeUndefined();
  });

  it('writes the characters that Go escapes as Go does, because test operations are compared by bytes', async () => {
    const container = { name: 'm', image: 'x', ports: [{ containerPort: 8000 }], env: [] };
    const url = 'https://llm.example/v1/x?a&b<c>\u2028';
    const pod = {
      ...POD,
      spec: { containers: [{ ...container, env: [{ name: 'OPENAI_BASE_URL', value: url }] }] },
    };
    const { response } = (await post(pod)).json();
    const patch = Buffer.from(String(response['patch']), 'base64').toString();
    expect(patch).not.toMatch(/[<>&\u2028]/);
    expect(patch).toContain('a\\u0026b');
    expect(() => applyPatch(pod, JSON.parse(patch) as PatchOperation[])).not.toThrow();
  });

  it('a dry run gives the same patch and has no side effect', async () => {
    published.length = 0;
    const [dry, wet] = [await post(POD, { dryRun: true }), await post(POD)];
    expect(dry.text).toBe(wet.text);
    expect(published).toHaveLength(1);
  });

  it.each([
    ['an update', POD, { operation: 'UPDATE' }],
    ['a subresource', POD, { subResource: 'ephemeralcontainers' }],
    ['another resource', POD, { resource: { group: 'apps', version: 'v1', resource: 'pods' } }],
  ])('%s is let through as it is', async (_name, object, more) => {
    const { response } = (await post(object, more)).json();
    expect(response).toMatchObject({ allowed: true });
    expect(response['patch']).toBeUndefined();
  });
});

describe('a stopping replica', () => {
  it('answers on, and lets go of the connections that clients keep', async () => {
    const ending = new WebhookServer({ ...options(), lingerMs: 2_000 });
    const bound = await ending.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connections: (string | undefined)[] = [];
    const ask = async (): Promise<void> => {
      const reply = await call('/mutate', JSON.stringify(review(POD)), {}, 'POST', {
        port: bound.listen.port,
        agent,
      });
      expect(reply.status).toBe(200);
      connections.push(reply.connection);
    };
    await ask();
    const ended = ending.stop();
    await ask();
    expect(connections).toEqual(['keep-alive', 'close']);
    await ended;
    agent.destroy();
    await expect(ask()).rejects.toThrow();
  });
});

describe('admin', () => {
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${adminPort}${path}`);
    return { status: response.status, text: await response.text() };
  };

  it('is ready while it can call itself over TLS', async () => {
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ok\n' });
    const { ca } = source;
    source.ca = (await AuthorityCertificate.alone(['localhost'], now)).ca;
    expect((await get('/readyz')).status).toBe(503);
    source.ca = ca;
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is not ready with an expired certificate, and ready again after it was renewed', async () => {
    const before = source.pair;
    now = before.notAfterMs + 1;
    expect(await get('/readyz')).toEqual({
      status: 503,
      text: 'not ready: the serving certificate has expired\n',
    });
    await server.refresh();
    expect(source.pair.certificate).not.toBe(before.certificate);
    now = Date.now();
  });

  it('counts decisions', async () => {
    const { text } = await get('/metrics');
    expect(text).toContain(
      'llm_boundary_webhook_decisions_total{webhook="mutate",result="refused",reason="host_namespace"} 1',
    );
    expect(text).toMatch(/llm_boundary_webhook_injections_total\{policy="default",capture="redirect"\} \d/);
    expect(text).toContain('llm_boundary_webhook_certificate_not_after_seconds{certificate="serving"}');
    expect(text).toContain('llm_boundary_webhook_certificate_not_after_seconds{certificate="authority"}');
  });
});

describe('the deadline', () => {
  it.each([undefined, '', '5', '5m', '-1s', '1e9s', ['5s']])('rejects %j', (query) => {
    expect(requestedTimeoutMs(query)).toBeNull();
  });

  it("stays below the API server's timeout", () => {
    expect([requestedTimeoutMs('5s'), requestedTimeoutMs('2.5s'), budgetMs(30), budgetMs(0.1)]).toEqual([
      4500, 2000, 29_500, 250,
    ]);
  });
});

describe('parseListen', () => {
  it.each(['', '8443', ':8443', '127.0.0.1', '127.0.0.1:70000', '::1:8443', 'a b:1'])(
    '%j is no address',
    (text) => {
      expect(parseListen(text)).toBeNull();
    },
  );

  it.each([
    ['127.0.0.1:8443', '127.0.0.1', 8443],
    ['[::]:0', '::', 0],
    ['localhost:80', 'localhost', 80],
  ])('%j', (text, host, portNumber) => {
    expect(parseListen(text)).toEqual({ host, port: portNumber });
  });
});
