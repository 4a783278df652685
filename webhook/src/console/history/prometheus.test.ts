import 'reflect-metadata/lite';

import { KeyObject, webcrypto } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';

import * as x509 from '@peculiar/x509';

import type { History } from '../api.ts';
import { Prometheus } from './prometheus.ts';

const STEP = 1_800;
const END = 1_764_513_000;
/** Ten minutes before the end of a step. */
const NOW = (END - 600) * 1_000;
const SHOP = { namespace: 'shop', kind: 'StatefulSet', name: 'bot', pods: ['bot-0'] };

let server: Server;
let base: URL;
let asked: URL[];
let answer: (response: ServerResponse) => unknown;

async function listening(started: Server): Promise<number> {
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return (started.address() as AddressInfo).port;
}

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', base));
    answer(response);
  });
  base = new URL(`http://127.0.0.1:${await listening(server)}/prom/`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function history(timeoutMs?: number): Promise<History> {
  return new Prometheus(base, () => NOW, timeoutMs).history(SHOP);
}

function matrix(...result: readonly object[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

function sends(body: string, status = 200): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status).end(body);
}

const NOT_ONE = /^its answer is not one of a Prometheus server$/;

describe('a Prometheus server that', () => {
  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    ['is a web page', sends('<html>'), NOT_ONE],
    ['has a vector', sends('{"status":"success","data":{"resultType":"vector","result":[]}}'), NOT_ONE],
    ['has no time of this world', sends(matrix({ metric: {}, values: [[1e300, '1']] })), NOT_ONE],
    [
      'has more series than outcomes',
      sends(matrix(...Array<object>(1_001).fill({ metric: {}, values: [] }))),
      NOT_ONE,
    ],
    ['wants a login', sends('<html>Log in', 401), /^it answered 401$/],
    ['is elsewhere', (response) => response.writeHead(302, { location: '/' }).end(), /^it answered 302$/],
    [
      'takes no such query',
      sends('{"status":"error","error":"bad query"}', 422),
      /^it answered 422: bad query$/,
    ],
    [
      'says much of its fault',
      sends(JSON.stringify({ error: 'x'.repeat(1_000) }), 503),
      /^it answered 503: x{300}$/,
    ],
    ['sends too much', sends('x'.repeat(2 ** 20 + 1)), /^its answer is too large$/],
    [
      'sends too much without an end',
      (response) => {
        const more = (): void => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      /^its answer is too large$/,
    ],
    [
      'breaks off',
      (response) => response.write('{"status":', () => response.destroy()),
      /^(aborted|socket hang up)$/,
    ],
    ['hangs up', (response) => response.destroy(), /^socket hang up$/],
  ])('%s is unavailable', async (_, given, problem) => {
    answer = given;
    expect(await history()).toEqual({
      ...{ v: 1, prometheus: 'unavailable', points: [] },
      problem: expect.stringMatching(problem) as string,
    });
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['says nothing', () => undefined],
    ['says a little again and again', (response) => drip(response)],
  ])('%s until its time is up is unavailable', async (_, given) => {
    answer = given;
    expect(await history(100)).toMatchObject({
      ...{ prometheus: 'unavailable', points: [] },
      problem: 'it did not answer within 0.1 seconds',
    });
  });

  it.each(['127.0.0.1', 'localhost'])('is not there is unavailable: %s', async (host) => {
    base.host = `${host}:${await closedPort()}`;
    expect(await history()).toMatchObject({
      prometheus: 'unavailable',
      problem: expect.stringMatching(/ECONNREFUSED/) as string,
    });
  });

  it('has a certificate of its own making is not asked', async () => {
    const seen: string[] = [];
    const secure = createSecure(await selfSigned(), (request, response) => {
      seen.push(request.url ?? '');
      response.end(matrix());
    });
    base = new URL(`https://127.0.0.1:${await listening(secure)}`);
    expect(await history()).toMatchObject({
      prometheus: 'unavailable',
      problem: expect.stringMatching(/self-signed certificate/) as string,
    });
    expect(seen).toEqual([]);
    await new Promise((resolve) => secure.close(resolve));
  });

  it('has no exchange answers without a point', async () => {
    answer = sends(matrix());
    expect(await history()).toEqual({ v: 1, prometheus: 'answered', problem: null, points: [] });
  });

  it('answers is asked for one day in steps up to the running one, of the pods of the workload', async () => {
    const values = (...all: readonly [number, string][]): { readonly values: typeof all } => ({
      values: all,
    });
    answer = sends(
      matrix(
        { metric: { outcome: 'completed' }, ...values([END - STEP, '9.6'], [END, '12']) },
        { metric: { outcome: 'refused' }, ...values([END, '2.9999'], [END - STEP, '-3']) },
        { metric: { outcome: 'upstream_failed' }, ...values([END, 'NaN'], [END - STEP, '+Inf']) },
        { metric: {}, ...values([END, '1']) },
      ),
    );
    expect(await history()).toEqual({
      ...{ v: 1, prometheus: 'answered', problem: null },
      points: [
        { startMs: (END - 2 * STEP) * 1_000, widthMs: 1_800_000, completed: 10, refused: 0, failed: 0 },
        { startMs: (END - STEP) * 1_000, widthMs: 1_800_000, completed: 12, refused: 3, failed: 1 },
      ],
    });
    const [url] = asked;
    expect(url?.pathname).toBe('/prom/api/v1/query_range');
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      query: expect.stringContaining('{namespace="shop",pod=~"bot-[0-9]+"}[1800s]') as string,
      ...{ start: String(END - 86_400 + STEP), end: String(END), step: '1800', timeout: '5000ms' },
    });
  });
});

it('asks once in half a minute for each workload', async () => {
  answer = sends(matrix());
  let now = NOW;
  const prometheus = new Prometheus(base, () => now);
  await Promise.all([prometheus.history(SHOP), prometheus.history(SHOP)]);
  expect(asked).toHaveLength(1);
  await prometheus.history({ ...SHOP, namespace: 'other' });
  expect(asked).toHaveLength(2);
  now += 30_000;
  await prometheus.history(SHOP);
  expect(asked).toHaveLength(3);
});

it('keeps no more than a thousand answers', async () => {
  answer = sends(matrix());
  const prometheus = new Prometheus(base, () => NOW);
  for (let at = 0; at <= 1_000; at += 1) await prometheus.history({ ...SHOP, name: `bot-${at}` });
  await prometheus.history({ ...SHOP, name: 'bot-0' });
  expect(asked).toHaveLength(1_002);
});

/** Never ends, and never is silent. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => clearInterval(timer));
}

async function closedPort(): Promise<number> {
  const other = createServer();
  const port = await listening(other);
  await new Promise((resolve) => other.close(resolve));
  return port;
}

async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])];
  const cert = await x509.X509CertificateGenerator.createSelfSigned(
    { name: 'CN=prometheus', keys, extensions, signingAlgorithm: algorithm },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString();
  return { key, cert: cert.toString('pem') };
}
