import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';

import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

import { startAdmin } from '../admin.ts';
import { isHook, Probes } from './probe.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import type { Listener } from '../../http/server.ts';
import { LISTENER_DEFAULTS } from '../../http/limits.ts';
import { statusOf, talk } from '../test-kit.ts';

const open = new Set<{ close: () => unknown }>();
afterEach(() => {
  for (const each of open) each.close();
  open.clear();
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.add(server);
  return portOf(server);
}

/** A port without a listener. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function http(listener: RequestListener): Promise<number> {
  return listening(createHttpServer(listener));
}

async function ask(
  target: string,
  headers: IncomingHttpHeaders = {},
  signal = new AbortController().signal,
): Promise<ProbeAnswer> {
  const probes = new Probes([{ name: 'model/liveness', url: new URL(target) }]);
  return (await probes.ask('model/liveness', { headers, port: 15430, signal })) ?? { kind: 'unreached' };
}

function answered(status: number): ProbeAnswer {
  return { kind: 'answered', status };
}

describe('a probe', () => {
  it.each(['http', 'https', 'tcp', 'grpc'])('over %s of a port without a listener', async (protocol) => {
    expect(await ask(`${protocol}://127.0.0.1:${await closedPort()}/`)).toEqual({ kind: 'unreached' });
  });

  it.each(['http', 'https', 'grpc'])('over %s ends when the kubelet hangs up', async (protocol) => {
    const kubelet = new AbortController();
    const silent = await listening(createTcpServer(() => kubelet.abort()));
    expect(await ask(`${protocol}://127.0.0.1:${silent}/`, {}, kubelet.signal)).toEqual({
      kind: 'unreached',
    });
  });

  it('is unknown without a name', () => {
    expect(
      new Probes([]).ask('x', { headers: {}, port: 1, signal: new AbortController().signal }),
    ).toBeNull();
  });
});

describe('an HTTP probe', () => {
  it.each([
    ['no location', undefined, 302],
    ['another host', 'http://elsewhere.example/', 302],
    ['another port', 'http://127.0.0.1:9/', 302],
    ['another scheme', 'https://127.0.0.1/', 302],
    ['a location that is none', 'http://[', 302],
    ['a path that fails', '/bad', 503],
    ['a path that works', 'good', 204],
  ])('that is redirected to %s', async (_name, location, status) => {
    const port = await http((request, response) => {
      if (request.url === '/bad') response.writeHead(503).end();
      else if (request.url === '/good') response.writeHead(204).end();
      else response.writeHead(302, location === undefined ? {} : { location }).end();
    });
    expect(await ask(`http://127.0.0.1:${port}/`)).toEqual(answered(status));
  });

  it('that is redirected for ever has no answer', async () => {
    const port = await http((_request, response) => response.writeHead(307, { location: '/' }).end());
    expect(await ask(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'unreached' });
  });

  it("carries the author's headers, and the kubelet's own host not", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const port = await http((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const sent = {
      'x-probe': 'yes',
      'user-agent': 'kube-probe/1.36',
      connection: 'close',
      'content-length': '7',
    };
    await ask(`http://127.0.0.1:${port}/`, { ...sent, host: '10.1.2.3:15430' });
    await ask(`http://127.0.0.1:${port}/`, { ...sent, host: 'model.example' });
    expect(seen.map(({ host }) => host)).toEqual([`127.0.0.1:${port}`, 'model.example']);
    expect(seen[0]).toMatchObject({ 'x-probe': 'yes', 'user-agent': 'kube-probe/1.36' });
    expect(seen[0]?.['content-length']).toBeUndefined();
  });
});

it('a TCP probe asks for a connection and no more', async () => {
  const port = await listening(createTcpServer((socket) => socket.destroy()));
  expect(await ask(`tcp://127.0.0.1:${port}`)).toEqual(answered(200));
});

describe('a gRPC probe of a real server', () => {
  const health = new HealthImplementation({ '': 'SERVING', down: 'NOT_SERVING', 'a b/ü': 'SERVING' });
  const withHealth = new GrpcServer();
  const without = new GrpcServer();
  const ports = new Map<GrpcServer, number>();

  beforeAll(async () => {
    health.addToServer(withHealth);
    for (const server of [withHealth, without]) {
      const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        );
      });
      ports.set(server, port);
    }
  });
  afterAll(() => {
    withHealth.forceShutdown();
    without.forceShutdown();
  });

  it.each([
    ['of no health protocol', without, '', 503],
    ['of a service that is down', withHealth, 'down', 503],
    ['of a service that it does not know', withHealth, 'unknown', 503],
    ['of the whole server', withHealth, '', 200],
    ['of a service', withHealth, encodeURIComponent('a b/ü'), 200],
  ])('%s', async (_name, server, service, status) => {
    expect(await ask(`grpc://127.0.0.1:${ports.get(server) ?? 0}/${service}`)).toEqual(answered(status));
  });
});

describe('a gRPC probe of other servers', () => {
  const frame = (...message: number[]): Buffer => Buffer.from([0, 0, 0, 0, message.length, ...message]);
  const reply = async (status: string | null, body: Buffer): Promise<ProbeAnswer> => {
    const server = createHttp2Server();
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('wantTrailers', () => stream.sendTrailers(status === null ? {} : { 'grpc-status': status }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.end(body);
    });
    return ask(`grpc://127.0.0.1:${await listening(server)}`);
  };

  it.each<[string, string | null, Buffer, ProbeAnswer]>([
    ['without a status', null, frame(8, 1), { kind: 'unreached' }],
    ['more than a message of health', '0', Buffer.alloc(20_000), { kind: 'unreached' }],
    ['with an error', '14', frame(8, 1), answered(503)],
    ['with nothing', '0', Buffer.alloc(0), answered(503)],
    ['with half a prefix', '0', Buffer.from([0, 0]), answered(503)],
    ['with half a message', '0', Buffer.from([0, 0, 0, 0, 2, 8]), answered(503)],
    ['with two messages', '0', Buffer.concat([frame(8, 1), frame(8, 1)]), answered(503)],
    ['compressed', '0', Buffer.from([1, 0, 0, 0, 2, 8, 1]), answered(503)],
    ['with a varint that does not end', '0', frame(8, ...Array<number>(10).fill(0xff)), answered(503)],
    ['with a wire type that there is not', '0', frame(0x0b), answered(503)],
    ['UNKNOWN', '0', frame(), answered(503)],
    ['SERVICE_UNKNOWN', '0', frame(8, 3), answered(503)],
    [
      'SERVING among fields to come',
      '0',
      frame(0x10, 5, 0x1a, 1, 0x41, 0x25, 0, 0, 0, 0, 8, 1),
      answered(200),
    ],
  ])('%s', async (_name, status, body, expected) => {
    expect(await reply(status, body)).toEqual(expected);
  });

  it('in HTTP/1', async () => {
    const port = await http((_request, response) => response.end());
    expect(await ask(`grpc://127.0.0.1:${port}`)).toEqual({ kind: 'unreached' });
  });
});

describe('the admin listener', () => {
  let listener: Listener;
  beforeAll(async () => {
    const port = await closedPort();
    const names = ['model/readiness', 'model/post-start', 'model/pre-stop'];
    const probes = new Probes(names.map((name) => ({ name, url: new URL(`http://127.0.0.1:${port}/`) })));
    listener = await startAdmin({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      pages: Promise.resolve({
        readiness: () => Promise.resolve({ ready: true, reasons: [] }),
        conditions: () => ({}),
        metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
        probe: (name, request) => probes.ask(name, request),
      }),
    });
  });
  afterAll(() => listener.close());
  const get = (name: string): Promise<string> =>
    talk(listener.address.port, `GET /probe/${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

  it('answers 502 for a probe that did not reach its container', async () => {
    expect(statusOf(await get('model/readiness'))).toBe(502);
  });

  it.each(['model/post-start', 'model/pre-stop'])(
    'breaks the connection where the hook %s did not, because the kubelet takes every status for a success',
    async (name) => {
      expect(isHook(name)).toBe(true);
      expect(await get(name)).toBe('');
    },
  );
});
