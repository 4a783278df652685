import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import { startInbound, type Listener } from '../listeners/inbound.ts';
import { dial, listening, statusOf, talk, text, until, type TestServer } from '../listeners/test-kit.ts';
import { createOpaque, type Opaque, type OpaqueOptions, type OpaqueRoute } from './opaque.ts';
import { minted } from './test-kit.ts';

const H = 'Host: model\r\n';
const CLOSE = 'Connection: close\r\n';
const WEBSOCKET = `GET /ws HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

describe('opaque forwarding', () => {
  let opaque: Opaque;
  let listener: Listener;
  let upstream: TestServer;
  const failures: string[] = [];
  const seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];

  const front = async (origin: string, change: Partial<OpaqueOptions> = {}): Promise<number> => {
    opaque = createOpaque({
      maxConnections: 4,
      idleTimeoutMs: 0,
      trust: null,
      lookup: null,
      onError: (error, _req, res) => {
        failures.push(error.code);
        res.writeHead(502, { connection: 'close' }).end('refused');
      },
      onUpgradeError: (error, _req, socket) => {
        failures.push(error.code);
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      },
      ...change,
    });
    const route = (req: IncomingMessage): OpaqueRoute => ({
      redirects: () => false,
      connected: () => undefined,
      began: () => undefined,
      caller: req.headers['x-caller']?.toString() ?? '',
      origin,
      path: req.url ?? '/',
    });
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      handler: {
        request: (req, res) => opaque.web(req, res, minted(route(req))),
        upgrade: (req, socket, head) => opaque.upgrade(req, socket, head, minted(route(req))),
      },
    });
    return listener.address.port;
  };
  /** Notes what arrives, then answers. */
  const using = async (
    answer: (req: IncomingMessage, res: ServerResponse) => void,
    change: Partial<OpaqueOptions> = {},
    onUpgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void,
  ): Promise<number> => {
    const server = createHttpServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        seen.push({
          line: `${req.method ?? ''} ${req.url ?? ''}`,
          headers: req.headers,
          body: Buffer.concat(chunks).toString(),
        });
        answer(req, res);
      });
    });
    if (onUpgrade !== undefined) server.on('upgrade', onUpgrade);
    upstream = await listening(server);
    return front(upstream.origin, change);
  };
  beforeEach(() => {
    seen.length = 0;
    failures.length = 0;
  });
  afterEach(async () => {
    opaque.close();
    await listener.close();
    await upstream.close();
  });

  const SECOND = 'POST /v1/chat/completions HTTP/1.1\r\nHost: model\r\nContent-Length: 0\r\n\r\n';
  const chunk = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  it.each([['DELETE'], ['OPTIONS']])('a chunked %s cannot hide a second request', async (method) => {
    const port = await using((_req, res) => res.end('ok'));
    const reply = await talk(
      port,
      `${method} /files HTTP/1.1\r\n${H}${CLOSE}Transfer-Encoding: chunked\r\n\r\n${chunk(SECOND)}`,
    );
    expect({ status: statusOf(reply), seen, failures }).toEqual({
      status: 502,
      seen: [],
      failures: ['request_invalid'],
    });
  });

  it.each([['GET'], ['HEAD'], ['POST'], ['PUT'], ['PATCH']])(
    'the body of a chunked %s stays a body',
    async (method) => {
      const port = await using((_req, res) => res.end());
      await talk(
        port,
        `${method} /files HTTP/1.1\r\n${H}${CLOSE}Transfer-Encoding: chunked\r\n\r\n${chunk(SECOND)}`,
      );
      expect(seen.map(({ line, body }) => [line, body])).toEqual([[`${method} /files`, SECOND]]);
    },
  );

  it.each([['GET'], ['HEAD'], ['POST'], ['DELETE'], ['OPTIONS']])(
    'the body of a %s with a length stays a body',
    async (method) => {
      const port = await using((_req, res) => res.end());
      await talk(
        port,
        `${method} /files HTTP/1.1\r\n${H}${CLOSE}Content-Length: ${SECOND.length}\r\n\r\n${SECOND}`,
      );
      expect(seen.map(({ line, body }) => [line, body])).toEqual([[`${method} /files`, SECOND]]);
    },
  );

  it.each([['/a//b'], ['//a'], ['/http:/x'], ['/a?next=https://b/']])(
    'a path that http-proxy would change is refused: %s',
    async (path) => {
      const port = await using((_req, res) => res.end());
      await talk(port, `GET ${path} HTTP/1.1\r\n${H}${CLOSE}\r\n`);
      expect({ lines: seen.map(({ line }) => line), failures: failures.length }).toEqual(
        path.includes('?') ? { lines: [`GET ${path}`], failures: 0 } : { lines: [], failures: 1 },
      );
    },
  );

  it.each([['/a/../b?c=%2F..%2f&d'], ["/a'b|c^{}`<>"], ['/a?b?c'], ['/%00']])(
    'any other path is left as it is: %s',
    async (path) => {
      const port = await using((_req, res) => res.end());
      await talk(port, `GET ${path} HTTP/1.1\r\n${H}${CLOSE}\r\n`);
      expect(seen.map(({ line }) => line)).toEqual([`GET ${path}`]);
    },
  );

  it('hop-by-hop headers stay on their hop, both ways', async () => {
    const port = await using((_req, res) => {
      res.setHeader('Connection', 'X-Reply-Hop, close');
      res.setHeader('X-Reply-Hop', '1');
      res.setHeader('Proxy-Authenticate', 'Basic');
      res.setHeader('Set-Cookie', ['a=1', 'b=2']);
      res.end('ok');
    });
    const socket = dial(port);
    socket.write(
      `GET / HTTP/1.1\r\n${H}Connection: X-Hop\r\nX-Hop: 1\r\nProxy-Authorization: x\r\nTE: trailers\r\n\r\n`,
    );
    const reply = await until(socket, /ok$/);
    expect(reply).not.toMatch(/x-reply-hop|proxy-authenticate/i);
    expect(reply).toMatch(/connection: keep-alive/i);
    expect(reply.match(/set-cookie/gi)).toHaveLength(2);
    const headers = seen[0]?.headers;
    expect(headers).toMatchObject({ host: 'model', via: '1.1 llm-boundary' });
    expect(Object.keys(headers ?? {})).not.toEqual(expect.arrayContaining(['x-hop']));
    expect(headers).not.toHaveProperty('proxy-authorization');
    expect(headers).not.toHaveProperty('te');
    socket.destroy();
  });

  it('an unreachable upstream is reported to the caller', async () => {
    upstream = await listening(createServer());
    await upstream.close();
    const port = await front(upstream.origin);
    upstream = await listening(createServer());
    expect(statusOf(await talk(port, `GET / HTTP/1.1\r\n${H}\r\n`))).toBe(502);
    expect(failures).toEqual(['connect_failed']);
  });

  it('a silent upstream is given up', async () => {
    const port = await using(() => undefined, { idleTimeoutMs: 50 });
    expect(statusOf(await talk(port, `GET / HTTP/1.1\r\n${H}\r\n`))).toBe(502);
    expect(failures).toHaveLength(1);
  });

  it.each([
    ['chunked', false],
    ['with a length', true],
  ])('an upstream that breaks off in mid-reply (%s) breaks the reply off', async (_name, length) => {
    const port = await using((_req, res) => {
      if (length) res.setHeader('Content-Length', 100);
      res.write('begun', () => res.socket?.resetAndDestroy());
    });
    const reply = await talk(port, `GET / HTTP/1.1\r\n${H}\r\n`);
    expect(reply).toContain('begun');
    expect(reply).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(failures).toEqual([]);
  });

  it.each([
    ['junk behind the reply', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokJUNK\r\n\r\n'],
    ['a second reply behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n'],
    ['no HTTP', 'SSH-2.0\r\n\r\n'],
    ['a reply cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'],
  ])('%s in the same segment fails this exchange only', async (_name, bytes) => {
    const server = createServer((socket) => socket.once('data', () => socket.end(bytes)));
    upstream = await listening(server);
    const port = await front(upstream.origin);
    for (let i = 0; i < 3; i++) {
      const reply = await talk(port, `GET / HTTP/1.1\r\n${H}${CLOSE}\r\n`);
      expect([0, 200, 502]).toContain(statusOf(reply));
      expect(reply).not.toContain('JUNK');
    }
  });

  it.each([
    ['with a length', `Content-Length: ${SECOND.length}\r\n\r\n${SECOND}`],
    ['chunked', `Transfer-Encoding: chunked\r\n\r\n${chunk(SECOND)}`],
  ])('a body %s goes on a connection of its own, so that nothing can follow it', async (_name, rest) => {
    const port = await using((_req, res) => res.end());
    await talk(port, `POST /files HTTP/1.1\r\n${H}${CLOSE}${rest}`);
    expect(seen.map(({ headers }) => headers.connection)).toEqual(['close']);
  });

  it('a client that leaves takes the upstream with it', async () => {
    let closed: Promise<unknown> = Promise.reject(new Error('no request'));
    closed.catch(() => undefined);
    const port = await using((_req, res) => {
      closed = once(res, 'close');
      res.write('begun');
    });
    const socket = dial(port);
    socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
    await until(socket, /begun/);
    socket.resetAndDestroy();
    await closed;
  });

  it('a client that leaves before the reply takes the upstream with it', async () => {
    let left: (value: unknown) => void = () => undefined;
    const gone = new Promise((resolve) => (left = resolve));
    let arrived: (value: unknown) => void = () => undefined;
    const asked = new Promise((resolve) => (arrived = resolve));
    const port = await using((_req, res) => {
      res.once('close', left);
      arrived(null);
    });
    const socket = dial(port);
    socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
    await asked;
    socket.destroy();
    await gone;
    expect(failures).toEqual([]);
  });

  it('50 MB reach a slow reader whole, and are not read ahead of it', async () => {
    const piece = Buffer.alloc(64 * 1024, 7);
    let written = 0;
    const port = await using((_req, res) => {
      const pump = (): void => {
        while (written < 800 * piece.length) {
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
    socket.write(`GET / HTTP/1.0\r\n\r\n`);
    await once(socket, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(40 * 1024 * 1024);
    const hash = createHash('sha256');
    let size = 0;
    socket.on('data', (data: Buffer) => {
      size += data.length;
      hash.update(data);
    });
    await once(socket, 'close');
    expect(size).toBeGreaterThan(800 * piece.length);
    expect(size).toBeLessThan(800 * piece.length + 1000);
  });

  describe('upgrades', () => {
    const switching = (socket: Duplex): void => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.pipe(socket);
    };

    it('another answer than 101 is passed on and ends the connection: no tunnel', async () => {
      const port = await using((_req, res) => res.writeHead(426, { 'x-reason': 'no' }).end('not here'));
      const reply = await talk(port, `${WEBSOCKET}${SECOND}`);
      expect(statusOf(reply)).toBe(426);
      expect(reply).toMatch(/connection: close/i);
      expect(reply).toMatch(/\r\n\r\nnot here$/);
      expect(seen.map(({ line }) => line)).toEqual(['GET /ws']);
    });

    it('an unreachable upstream is reported to the caller', async () => {
      upstream = await listening(createServer());
      await upstream.close();
      const port = await front(upstream.origin);
      upstream = await listening(createServer());
      expect(statusOf(await talk(port, WEBSOCKET))).toBe(502);
      expect(failures).toEqual(['connect_failed']);
    });

    it('carry bytes both ways, the first ones too', async () => {
      const port = await using(
        () => undefined,
        {},
        (_req, socket, head) => {
          switching(socket);
          socket.write(head);
        },
      );
      const socket = dial(port);
      socket.write(`${WEBSOCKET}first`);
      await until(socket, /101 Switching Protocols[^]*\r\n\r\nfirst$/);
      socket.write('second');
      await until(socket, /second$/);
      socket.destroy();
    });

    it.each([['client'], ['upstream']])('end on both sides when the %s leaves', async (who) => {
      let theirs: Duplex | null = null;
      const port = await using(
        () => undefined,
        {},
        (_req, socket) => {
          theirs = socket;
          socket.on('error', () => undefined);
          switching(socket);
        },
      );
      const socket = dial(port);
      const ended = text(socket);
      socket.write(WEBSOCKET);
      await until(socket, /101/);
      const far = theirs as Duplex | null;
      if (far === null) throw new Error('no upgrade');
      const closed = once(far, 'close');
      (who === 'client' ? socket : far).destroy();
      await Promise.all([closed, ended]);
    });

    it('are cut by close', async () => {
      const port = await using(
        () => undefined,
        {},
        (_req, socket) => switching(socket),
      );
      const socket = dial(port);
      const ended = text(socket);
      socket.write(WEBSOCKET);
      await until(socket, /101/);
      opaque.close();
      expect(await ended).toContain('101');
    });
  });
});
