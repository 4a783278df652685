import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { replyHeaders, requestHeaders } from './head/hop-by-hop.ts';
import { LOCAL, minted } from '../forward/test-kit.ts';
import type { Transfer } from '../forward/transfer.ts';
import { createUpstream, type Upstream } from '../forward/upstream.ts';
import { onClientGone } from '../listeners/abort.ts';
import { readBody } from './body/body.ts';
import { startInbound, type Listener } from '../listeners/inbound.ts';
import { LISTENER_DEFAULTS } from './limits.ts';
import { PacedWriter } from './sockets/paced-writer.ts';
import { dial, startHttp, statusOf, talk, text, until, type TestServer } from '../listeners/test-kit.ts';

const GET = 'GET / HTTP/1.1\r\nHost: model\r\n\r\n';

/** The two rooms joined as the flow joins them, without anything between. */
describe('listener and upstream together', () => {
  let listener: Listener;
  let upstream: Upstream;
  let model: TestServer;

  const forward = (req: IncomingMessage, res: ServerResponse, body: Buffer): void => {
    const outflow = new PacedWriter(res, 10_000, () => transfer.resume());
    const transfer: Transfer = upstream.send(
      minted({
        origin: model.origin,
        path: req.url ?? '/',
        method: req.method ?? 'GET',
        headers: requestHeaders(req.rawHeaders, { host: null, acceptEncoding: 'identity' }),
        body,
      }),
      {
        head: ({ status, headers }) =>
          void res.writeHead(status, replyHeaders(headers, { decoded: false }).flat()),
        data: (chunk) => outflow.write(chunk),
        end: () => void res.end(),
        error: () => (res.headersSent ? res.destroy() : res.writeHead(502).end()),
      },
    );
    onClientGone(req, res, () => transfer.abort());
  };
  const start = async (answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<number> => {
    model = await startHttp(answer);
    upstream = createUpstream(LOCAL);
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      handler: {
        request(req, res) {
          readBody(req, 1024, null).then(
            (body) => forward(req, res, body),
            () => res.destroy(),
          );
        },
        upgrade: (_req, socket) => void socket.destroy(),
      },
    });
    return listener.address.port;
  };
  afterEach(async () => {
    await listener.close();
    await model.close();
    await upstream.close();
  });

  it.each([['before the head'], ['in mid-reply']])(
    'an upstream that resets %s is felt by the client',
    async (when) => {
      const port = await start((_req, res) => {
        if (when === 'in mid-reply') res.write('begun', () => res.socket?.resetAndDestroy());
        else res.socket?.resetAndDestroy();
      });
      const reply = await talk(port, GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      expect(statusOf(reply)).toBe(when === 'in mid-reply' ? 200 : 502);
      if (when === 'in mid-reply') expect(reply).not.toMatch(/0\r\n\r\n$/);
    },
  );

  it.each([['before the head'], ['in mid-reply']])(
    'a client that leaves %s is felt by the upstream',
    async (when) => {
      let arrived: (closed: Promise<unknown>) => void = () => undefined;
      const asked = new Promise<{ closed: Promise<unknown> }>((resolve) => {
        arrived = (closed) => resolve({ closed });
      });
      const port = await start((_req, res) => {
        arrived(once(res, 'close'));
        if (when === 'in mid-reply') res.write('begun');
      });
      const socket = dial(port);
      socket.write(GET);
      const { closed } = await asked;
      if (when === 'in mid-reply') await until(socket, /begun/);
      socket.destroy();
      await closed;
    },
  );

  it('a slow reader holds the upstream back, and gets all 50 MB', async () => {
    const piece = Buffer.alloc(64 * 1024, 7);
    const size = 800 * piece.length;
    let written = 0;
    const port = await start((_req, res) => {
      const pump = (): void => {
        while (written < size) {
          written += piece.length;
          if (!res.write(piece)) {
            res.once('drain', pump);
            return;
          }
        }
        res.end();
      };
      pump();
    });
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Only what the kernel's socket buffers on both hops hold.
    expect(written).toBeLessThan(40 * 1024 * 1024);
    let received = 0;
    socket.on('data', (data: Buffer) => (received += data.length));
    await once(socket, 'close');
    expect(received).toBeGreaterThan(size);
    expect(received).toBeLessThan(size + 1000);
  });

  it('an open stream outlives the drain, and ends as it should', async () => {
    let finish: () => void = () => undefined;
    const port = await start((_req, res) => {
      res.write('begun');
      finish = () => res.end('done');
    });
    const socket = dial(port);
    const reply = text(socket);
    socket.write(GET);
    await until(socket, /begun/);
    const drained = listener.drain(10_000);
    finish();
    expect(await reply).toMatch(/done\r\n0\r\n\r\n$/);
    await drained;
  });
});
