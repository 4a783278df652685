import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { KubeConfig } from '@kubernetes/client-node';

import { CA_LIFE_MS, createAuthority } from '../certs/authority.ts';
import { AuthorityCertificate } from '../certs/source.ts';
import { CaSecret } from './ca-secret.ts';
import { ClusterCertificate } from './cluster-certificate.ts';
import { LeaseHolder } from './lease.ts';
import { Reflector } from './reflector.ts';
import { Rest } from './rest.ts';
import { WebhookConfigurations } from './webhook-configuration.ts';
import { until } from '../testing/until.ts';

interface Stored {
  metadata: { name: string; resourceVersion?: string };
  [key: string]: unknown;
}
type Watcher = (line: string) => void;

/** The part of an API server that these rooms use, over real TLS: optimistic concurrency, patches and watches. */
class MiniApi {
  readonly objects = new Map<string, Stored>();
  readonly watchers = new Set<Watcher>();
  #version = 0;
  #server: Server | null = null;

  async start(): Promise<Rest> {
    const source = await AuthorityCertificate.alone(['localhost'], Date.now());
    const options = { key: source.pair.key, cert: source.pair.certificate };
    this.#server = createServer(options, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'https://localhost');
        if (url.searchParams.has('watch')) {
          response.writeHead(200).flushHeaders();
          const watcher: Watcher = (line) => (line === '' ? response.end() : response.write(`${line}\n`));
          this.watchers.add(watcher);
          response.on('close', () => this.watchers.delete(watcher));
          return;
        }
        const body = Buffer.concat(chunks).toString();
        const [status, reply] = this.#handle(
          request.method ?? '',
          url.pathname,
          body === '' ? null : (JSON.parse(body) as Stored),
        );
        response.writeHead(status).end(JSON.stringify(reply));
      });
    });
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'c',
        server: `https://localhost:${port}`,
        skipTLSVerify: false,
        caData: Buffer.from(source.ca).toString('base64'),
      },
      { name: 'u', token: 't' },
    );
    return new Rest(config);
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  put(path: string, object: Stored): Stored {
    const stored = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String((this.#version += 1)) },
    };
    this.objects.set(path, stored);
    return stored;
  }

  tell(type: string, object: unknown): void {
    for (const watcher of this.watchers) watcher(JSON.stringify({ type, object }));
  }

  #handle(method: string, path: string, body: Stored | null): [number, unknown] {
    const found = this.objects.get(path);
    if (method === 'GET' && found === undefined && path.endsWith('s') && this.#listed(path).length > 0) {
      return [200, { metadata: { resourceVersion: String(this.#version) }, items: this.#listed(path) }];
    }
    if (method === 'POST' && body !== null) {
      const at = `${path}/${body.metadata.name}`;
      return this.objects.has(at) ? [409, { message: 'exists' }] : [201, this.put(at, body)];
    }
    if (found === undefined) return [404, { message: 'not found' }];
    if (method === 'GET') return [200, found];
    if (method === 'PUT' && body !== null) {
      const same = body.metadata.resourceVersion === found.metadata.resourceVersion;
      return same ? [200, this.put(path, body)] : [409, { message: 'conflict' }];
    }
    return this.#patch(path, found, body);
  }

  #patch(path: string, found: Stored, body: unknown): [number, unknown] {
    if (!Array.isArray(body)) return [200, this.put(path, { ...found, ...(body as object) })];
    const [guard, ...rest] = body as { path: string; value: string }[];
    if (guard?.value !== found.metadata.resourceVersion) return [422, { message: 'test failed' }];
    const webhooks = structuredClone(found['webhooks']) as { clientConfig: { caBundle: string } }[];
    for (const { path: at, value } of rest) {
      const hook = webhooks[Number(at.split('/')[2])];
      if (hook !== undefined) hook.clientConfig.caBundle = value;
    }
    return [200, this.put(path, { ...found, webhooks })];
  }

  #listed(path: string): readonly Stored[] {
    return [...this.objects]
      .filter(([at]) => at.slice(0, at.lastIndexOf('/')) === path)
      .map(([, object]) => object);
  }
}

let api: MiniApi;
let rest: Rest;
beforeEach(async () => {
  api = new MiniApi();
  rest = await api.start();
});
afterEach(() => api.stop());

const NOW = Date.now();
const MUTATING = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/llm-boundary';
const SECRET = '/api/v1/namespaces/sys/secrets/ca';

describe('Rest', () => {
  it('reports request and response', async () => {
    await expect(rest.send({ method: 'GET', path: '/api/v1/namespaces/x' })).rejects.toMatchObject({
      name: 'KubeError',
      status: 404,
      message: 'GET /api/v1/namespaces/x: 404: not found',
    });
  });

  it('without an answer the status is 0', async () => {
    api.stop();
    await expect(rest.send({ method: 'GET', path: '/x' })).rejects.toMatchObject({ status: 0 });
  });
});

describe('LeaseHolder', () => {
  const holder = (identity: string): LeaseHolder =>
    new LeaseHolder(rest, { namespace: 'sys', name: 'l', identity });

  it('one holds it; the other takes it when it was not renewed, and not before', async () => {
    const [a, b] = [holder('a'), holder('b')];
    await a.tick(0);
    await b.tick(0);
    expect([a.holds(1), b.holds(1)]).toEqual([true, false]);
    await a.tick(5000);
    await b.tick(6000);
    await b.tick(20_000);
    expect(b.holds(20_001)).toBe(false);
    expect(a.holds(15_000)).toBe(false);
    await b.tick(21_001);
    expect(b.holds(21_002)).toBe(true);
    await a.tick(21_003);
    expect(a.holds(21_004)).toBe(false);
  });

  it('two that start at once: one holds it, and neither fails', async () => {
    const both = [holder('a'), holder('b'), holder('c')];
    await Promise.all(both.map((each) => each.tick(0)));
    expect(both.filter((each) => each.holds(1))).toHaveLength(1);
  });

  it('given up, it can be taken at once', async () => {
    const [a, b] = [holder('a'), holder('b')];
    await a.tick(0);
    await a.release(1);
    expect(a.holds(2)).toBe(false);
    await b.tick(3);
    expect(b.holds(4)).toBe(true);
  });
});

describe('CaSecret', () => {
  it('two replicas that start at once share one authority', async () => {
    const made = await Promise.all([1, 2, 3].map(() => new CaSecret(rest, 'sys', 'ca').authority(null, NOW)));
    expect(new Set(made.map(({ certificate }) => certificate)).size).toBe(1);
  });

  it.each([
    ['deleted', () => api.objects.delete(SECRET)],
    ['broken', () => api.put(SECRET, { metadata: { name: 'ca' }, data: { 'tls.crt': 'AAAA' } })],
  ])('%s: what is known is written back', async (_name, harm) => {
    const secret = new CaSecret(rest, 'sys', 'ca');
    const known = await secret.authority(null, NOW);
    harm();
    expect((await secret.authority(known, NOW)).certificate).toBe(known.certificate);
    expect((await secret.authority(null, NOW)).certificate).toBe(known.certificate);
  });

  it('is renewed after two thirds of its life', async () => {
    const secret = new CaSecret(rest, 'sys', 'ca');
    const first = await secret.authority(null, NOW);
    expect((await secret.authority(first, NOW + CA_LIFE_MS / 2)).certificate).toBe(first.certificate);
    expect((await secret.authority(first, NOW + (CA_LIFE_MS * 3) / 4)).certificate).not.toBe(
      first.certificate,
    );
  });
});

describe('ClusterCertificate', () => {
  const bundle = (): string => {
    const [hook] = api.objects.get(MUTATING)?.['webhooks'] as { clientConfig: { caBundle: string } }[];
    return Buffer.from(hook?.clientConfig.caBundle ?? '', 'base64').toString();
  };

  it('serves from a new CA only after announcing it to the API server, and keeps trust in the old one', async () => {
    api.put(MUTATING, {
      metadata: { name: 'llm-boundary' },
      webhooks: [{ clientConfig: {} }, { clientConfig: { caBundle: '' } }],
    });
    const secret = new CaSecret(rest, 'sys', 'ca');
    const source = await ClusterCertificate.open(
      secret,
      new WebhookConfigurations(rest, 'llm-boundary'),
      ['a'],
      NOW,
    );
    const before = source.pair;
    expect(bundle()).toBe(source.ca);

    const next = await createAuthority(NOW);
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    api.put(SECRET, {
      metadata: { name: 'ca' },
      data: { 'tls.crt': encode(next.certificate), 'tls.key': encode(next.key) },
    });
    expect(await source.refresh(NOW)).toBe(false);
    expect(source.pair).toBe(before);
    expect(bundle().match(/BEGIN/g)).toHaveLength(2);
    expect(await source.refresh(NOW)).toBe(true);
    expect(source.ca).toBe(next.certificate);
    expect(bundle().match(/BEGIN/g)).toHaveLength(2);
    expect(await source.refresh(NOW)).toBe(false);
  });
});

describe('WebhookConfigurations', () => {
  it('replicas that start together all get their trust in, and none fails', async () => {
    api.put(MUTATING, { metadata: { name: 'llm-boundary' }, webhooks: [{ clientConfig: { caBundle: '' } }] });
    const made = await Promise.all([1, 2, 3].map(() => createAuthority(NOW)));
    await Promise.all(
      made.map(({ certificate }) => new WebhookConfigurations(rest, 'llm-boundary').trust(certificate, NOW)),
    );
    const [hook] = api.objects.get(MUTATING)?.['webhooks'] as { clientConfig: { caBundle: string } }[];
    const bundle = Buffer.from(hook?.clientConfig.caBundle ?? '', 'base64').toString();
    for (const { certificate } of made) expect(bundle).toContain(certificate.trim());
  });

  it('a refusal that stays is an error', async () => {
    api.put(MUTATING, { metadata: { name: 'llm-boundary' }, webhooks: [{ clientConfig: { caBundle: '' } }] });
    const [{ certificate }, config] = [
      await createAuthority(NOW),
      new WebhookConfigurations(rest, 'llm-boundary'),
    ];
    api.stop();
    await expect(config.trust(certificate, NOW)).rejects.toMatchObject({ status: 0 });
  });
});

describe('Reflector', () => {
  const pod = (name: string, resourceVersion: string): Stored => ({ metadata: { name, resourceVersion } });

  it('follows lists and watches, and lists again after a gap', async () => {
    api.put('/api/v1/pods/a', pod('a', ''));
    const seen = new Set<string>();
    const errors: unknown[] = [];
    const mirror = new Reflector(rest, {
      path: '/api/v1/pods',
      onSet: (object) => seen.add((object as Stored).metadata.name),
      onDelete: (_namespace, name) => seen.delete(name),
      onError: (error) => errors.push(error),
    });
    expect([mirror.synced, mirror.lastEventMs]).toEqual([false, null]);
    const done = mirror.run();
    await until('it watches', () => mirror.synced && api.watchers.size === 1);
    expect([...seen]).toEqual(['a']);
    expect(mirror.lastEventMs).not.toBeNull();

    api.tell('ADDED', pod('b', '7'));
    await until(
      'the added pod',
      () => seen,
      (names) => names.has('b'),
    );
    api.tell('DELETED', pod('a', '8'));
    await until(
      'the deleted pod is gone',
      () => seen,
      (names) => !names.has('a'),
    );

    api.objects.clear();
    api.put('/api/v1/pods/c', pod('c', ''));
    api.tell('ERROR', { code: 410 });
    await until(
      'another list',
      () => seen,
      (names) => names.has('c') && !names.has('b'),
    );
    expect(errors).toHaveLength(1);
    mirror.stop();
    await done;
  });
});
