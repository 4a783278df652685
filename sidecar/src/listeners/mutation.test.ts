import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createUpstream, UPSTREAM_DEFAULTS, type Upstream } from '../forward/upstream.ts';
import { requestHeaders } from '../http/head/hop-by-hop.ts';
import { minted } from '../forward/test-kit.ts';
import { readBody } from '../http/body/body.ts';
import { startInbound, type Listener } from './inbound.ts';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import { QUICK, startHttp, type TestServer } from './test-kit.ts';

const BODY = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
const SEEDS: readonly string[] = [
  `POST /v1/chat/completions HTTP/1.1\r\nHost: model:8000\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  `POST /v1/messages?beta=true HTTP/1.1\r\nHost: model\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5;a="b"\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n`,
  'GET /v1/models HTTP/1.1\r\nHost: model\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n',
  'GET /a HTTP/1.1\r\nHost: model\r\n\r\nGET /b HTTP/1.1\r\nHost: model\r\n\r\n',
  'POST /c HTTP/1.1\r\nHost: model\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok',
  'GET /ws HTTP/1.1\r\nHost: model\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
];
const PIECES: readonly string[] = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  ':',
  ';',
  ',',
  '0',
  '+',
  '0x',
  '-',
  '_',
  '\x7f',
  '\xff',
  '#',
  '\\',
  '\r\n ',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding:\tchunked\r\n',
  'Content_Length: 1\r\n',
  'Host: other\r\n',
  'Connection: content-length\r\n',
  'HTTP/1.0',
  'HTTP/2.0',
  'http://other/',
  '0\r\n\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
];

/** A full collection, so that the heap in use is what is still referenced and not garbage that is not collected yet. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this engine offers no garbage collection on demand');
  Reflect.apply(collect, undefined, []);
}

/** mulberry32: small, seeded, good enough to mutate with. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(pick: (below: number) => number): string {
  let bytes = SEEDS[pick(SEEDS.length)] ?? '';
  for (let changes = 1 + pick(3); changes > 0; changes -= 1) {
    const at = pick(bytes.length + 1);
    const piece = PIECES[pick(PIECES.length)] ?? '';
    const length = pick(4);
    switch (pick(5)) {
      case 0:
        bytes = bytes.slice(0, at) + piece + bytes.slice(at);
        break;
      case 1:
        bytes = bytes.slice(0, at) + piece + bytes.slice(at + length);
        break;
      case 2:
        bytes = bytes.slice(0, at) + bytes.slice(at + length);
        break;
      case 3:
        bytes = bytes.slice(0, at) + bytes.slice(at, at + 30) + bytes.slice(at);
        break;
      default:
        bytes = bytes.slice(0, at) + String.fromCharCode(pick(256)) + bytes.slice(at + 1);
    }
  }
  return bytes;
}

/** What no message may have that reached a handler, seen with other eyes than the guard's. */
function ambiguity(req: IncomingMessage): string | null {
  const names: string[] = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2) names.push((req.rawHeaders[i] ?? '').toLowerCase());
  const folded = names.map((name) => name.replaceAll('_', '-'));
  const count = (name: string): number => folded.filter((found) => found === name).length;
  if (count('content-length') + count('transfer-encoding') > 1) return 'framing';
  if (count('host') > 1 || (req.httpVersion === '1.1' && count('host') === 0)) return 'host';
  const coding = req.headers['transfer-encoding'];
  if (coding !== undefined && (coding !== 'chunked' || req.httpVersion !== '1.1')) return 'coding';
  const control = (code: number): boolean => (code < 0x20 && code !== 0x09) || code === 0x7f;
  if (req.rawHeaders.some((text) => Buffer.from(text, 'latin1').some(control))) return 'control';
  if (!/^\/[!-~]*$/.test(req.url ?? '') || (req.url ?? '').includes('#')) return 'target';
  return null;
}

describe('10,000 mutations of valid requests', () => {
  let listener: Listener;
  let model: TestServer;
  let upstream: Upstream;

  it('end no process, smuggle nothing, leak nothing', async () => {
    const ambiguous: string[] = [];
    const arrived = new Map<string, number>();
    const sent = new Map<string, number>();
    const note = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
    model = await startHttp((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        note(arrived, `${req.method ?? ''} ${req.url ?? ''} ${Buffer.concat(chunks).toString('latin1')}`);
        res.end('{}');
      });
    });
    upstream = createUpstream({ ...UPSTREAM_DEFAULTS, maxConnections: 32 });
    let handled = 0;
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: { ...QUICK, maxConnections: LISTENER_DEFAULTS.maxConnections, lingerMs: 20 },
      handler: {
        upgrade(_req, socket) {
          socket.destroy();
        },
        request(req, res) {
          handled += 1;
          const found = ambiguity(req);
          if (found !== null) ambiguous.push(found);
          const method = req.method ?? '';
          const path = req.url ?? '';
          readBody(req, 65_536, null).then(
            (body) => {
              note(sent, `${method} ${path} ${body.toString('latin1')}`);
              const headers = requestHeaders(req.rawHeaders, { host: null, acceptEncoding: 'identity' });
              upstream.send(minted({ origin: model.origin, path, method, headers, body }), {
                head: () => undefined,
                data: () => true,
                end: () => res.end('ok'),
                error: () => res.destroy(),
              });
            },
            () => res.destroy(),
          );
        },
      },
    });
    const { port } = listener.address;
    const pick = random(20_261_124);
    const one = (): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true });
        const bytes = Buffer.from(mutate(pick), 'latin1');
        const cut = pick(bytes.length + 1);
        socket.on('error', () => socket.destroy());
        socket.on('data', () => undefined);
        socket.once('close', () => resolve());
        socket.write(bytes.subarray(0, cut));
        socket.end(bytes.subarray(cut));
      });
    const batch = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, one));
    };
    const settle = async (): Promise<number> => {
      while (listener.connections > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await batch(2000);
    const base = await settle();
    await batch(8000);
    const after = await settle();

    expect(ambiguous).toEqual([]);
    expect(handled).toBeGreaterThan(1000);
    // Nothing reached the model that was not sent, and no body was read as a request of its own.
    for (const [key, count] of arrived) expect(count).toBeLessThanOrEqual(sent.get(key) ?? 0);
    expect(arrived.size).toBeGreaterThan(100);
    // Far above noise, far below 8,000 connections that were kept.
    expect(after - base).toBeLessThan(60 * 1024 * 1024);
  }, 600_000);

  afterAll(async () => {
    await listener.close();
    await upstream.close();
    await model.close();
  });
});
