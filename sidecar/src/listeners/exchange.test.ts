import { once } from 'node:events';
import { connect } from 'node:net';
import { onClientGone } from './abort.ts';
import { BodyError, readBody, type BodyErrorCode } from '../http/body/body.ts';
import type { FaultCode } from '../http/head/fault.ts';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import { startInbound, type HttpHandler, type Listener } from './inbound.ts';
import { End } from '../roster/index.ts';
import { PacedWriter } from '../http/sockets/paced-writer.ts';
import { QUICK, dial, statusOf, talk, text, until } from './test-kit.ts';

const H = 'Host: model\r\n';

function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, resolve: settle };
}

describe('the inbound listener', () => {
  let listener: Listener;
  const faults: FaultCode[] = [];

  const start = async (
    request: HttpHandler['request'],
    upgrade: HttpHandler['upgrade'] = (_req, socket) => socket.destroy(),
    limits = LISTENER_DEFAULTS,
  ): Promise<number> => {
    faults.length = 0;
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits,
      handler: { request, upgrade },
      onFault: (code) => faults.push(code),
    });
    return listener.address.port;
  };
  afterEach(() => listener.close());

  const refusing =
    (limitBytes: number, codes: BodyErrorCode[]): HttpHandler['request'] =>
    (req, res) => {
      readBody(req, limitBytes, null).then(
        (body) => res.end(`got ${body.length}`),
        (error: unknown) => {
          if (error instanceof BodyError) codes.push(error.code);
          res.writeHead(413).end('refused');
        },
      );
    };

  describe('slow clients', () => {
    it.each([
      ['says nothing', ''],
      ['stops in the request line', 'GET /'],
      ['stops in the headers', `GET / HTTP/1.1\r\n${H}X: a`],
      ['stops before the body', `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\n`],
      ['stops in the body', `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nab`],
      ['stops in a chunk size', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5`],
    ])('one that %s is answered 408 and closed', async (_name, bytes) => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(100, codes), undefined, QUICK);
      const reply = await talk(port, bytes);
      expect(statusOf(reply)).toBe(408);
      expect(faults).toEqual(['timeout']);
    });

    it('one that drips a byte at a time is closed all the same', async () => {
      const port = await start((_req, res) => res.end(), undefined, QUICK);
      const socket = dial(port);
      socket.write(`GET / HTTP/1.1\r\n${H}X: `);
      const drip = setInterval(() => socket.write('X'), 20);
      const reply = await text(socket);
      clearInterval(drip);
      expect(statusOf(reply)).toBe(408);
    });

    it('one that reads nothing is cut off, and its reply never piles up', async () => {
      const gone = later<number>();
      const port = await start((req, res) => {
        let written = 0;
        const chunk = Buffer.alloc(64 * 1024);
        const outflow = new PacedWriter(res, 200, () => pump());
        const pump = (): void => {
          while (written < 64 * 1024 * 1024 && outflow.write(chunk)) written += chunk.length;
        };
        onClientGone(req, res, () => gone.resolve(written));
        pump();
      });
      const socket = dial(port);
      socket.pause();
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      expect(await gone.promise).toBeLessThan(32 * 1024 * 1024);
      socket.destroy();
    });
  });

  describe('bodies', () => {
    it.each([
      ['a declared length', 'Content-Length: 101\r\n', 'x'.repeat(101)],
      ['a chunked body', 'Transfer-Encoding: chunked\r\n', `65\r\n${'x'.repeat(101)}\r\n0\r\n\r\n`],
    ])('%s over the limit is refused, and the refusal arrives', async (_name, header, body) => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(100, codes));
      const reply = await talk(port, `POST / HTTP/1.1\r\n${H}${header}\r\n${body}`);
      expect({ status: statusOf(reply), codes }).toEqual({ status: 413, codes: ['too_large'] });
      expect(reply).toMatch(/connection: close/i);
    });

    it('a refusal reaches a client that is still uploading', async () => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(1024, codes));
      const socket = dial(port);
      const reply = text(socket);
      socket.write(`POST / HTTP/1.1\r\n${H}Content-Length: 4000000\r\n\r\n`);
      socket.write(Buffer.alloc(4_000_000));
      expect(statusOf(await reply)).toBe(413);
      expect(codes).toEqual(['too_large']);
    });

    it('at the limit passes', async () => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(100, codes));
      const reply = await talk(
        port,
        `POST / HTTP/1.1\r\n${H}Connection: close\r\nContent-Length: 100\r\n\r\n${'x'.repeat(100)}`,
      );
      expect(reply).toContain('got 100');
    });

    it('a client that leaves in the middle ends the wait', async () => {
      const code = later<BodyErrorCode>();
      const port = await start((req) => {
        readBody(req, 100, null).catch((error: unknown) => {
          if (error instanceof BodyError) code.resolve(error.code);
        });
      });
      const socket = dial(port);
      socket.write(`POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nab`, () => socket.destroy());
      expect(await code.promise).toBe('aborted');
    });

    it.each(['while it arrives', 'before it is read'] as const)(
      'the end of the service ends the wait: %s',
      async (when) => {
        const code = later<BodyErrorCode>();
        const port = await start((req) => {
          const end = new End();
          if (when === 'before it is read') end.come();
          readBody(req, 100, end).catch((error: unknown) => {
            if (error instanceof BodyError) code.resolve(error.code);
          });
          end.come();
        });
        const socket = dial(port);
        socket.write(`POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nab`);
        expect(await code.promise).toBe('aborted');
        socket.destroy();
      },
    );
  });

  describe('Expect: 100-continue', () => {
    const expecting = (length: number): string =>
      `POST / HTTP/1.1\r\n${H}Connection: close\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

    it('a length over the limit is refused instead', async () => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(100, codes));
      const reply = await talk(port, expecting(101));
      expect(reply).toMatch(/^HTTP\/1\.1 413 /);
      expect(codes).toEqual(['too_large']);
    });

    it('an ambiguous head is refused instead', async () => {
      const port = await start(refusing(100, []));
      const reply = await talk(port, expecting(5).replace('Host: model', 'Host: a@b'));
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('is answered when the body is wanted', async () => {
      const port = await start(refusing(100, []));
      const socket = dial(port);
      const reply = text(socket);
      socket.write(expecting(5));
      await until(socket, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
      socket.write('hello');
      expect(await reply).toContain('got 5');
    });
  });

  describe('connections', () => {
    it('carry one request after the other', async () => {
      const port = await start((req, res) => res.end(req.url));
      const socket = dial(port);
      socket.write(`GET /a HTTP/1.1\r\n${H}\r\n`);
      await until(socket, /\/a$/m);
      socket.write(`GET /b HTTP/1.1\r\n${H}\r\n`);
      await until(socket, /\/b$/m);
      socket.destroy();
    });

    it('beyond the limit are dropped', async () => {
      const port = await start((_req, res) => res.end(), undefined, {
        ...LISTENER_DEFAULTS,
        maxConnections: 1,
      });
      const first = dial(port);
      first.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      await until(first, /200 OK/);
      expect(await talk(port, `GET / HTTP/1.1\r\n${H}\r\n`)).toBe('');
      first.destroy();
    });

    it('with too many requests under way are cut', async () => {
      let seen = 0;
      const port = await start(() => (seen += 1), undefined, { ...LISTENER_DEFAULTS, maxPipelined: 2 });
      expect(await talk(port, `GET / HTTP/1.1\r\n${H}\r\n`.repeat(5))).toBe('');
      expect(seen).toBe(2);
    });

    it('tell the handler in time that the client has left', async () => {
      const gone = later<boolean>();
      const begun = later<boolean>();
      const port = await start((req, res) => {
        onClientGone(req, res, () => gone.resolve(true));
        res.write('a', () => begun.resolve(true));
      });
      const socket = dial(port);
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      await begun.promise;
      socket.resetAndDestroy();
      expect(await gone.promise).toBe(true);
    });

    it('report no abort after a complete reply', async () => {
      let gone = 0;
      const closed = later<boolean>();
      const port = await start((req, res) => {
        onClientGone(req, res, () => (gone += 1));
        res.once('close', () => closed.resolve(true));
        res.end('a');
      });
      const socket = dial(port);
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      await until(socket, /a$/);
      socket.destroy();
      await closed.promise;
      expect(gone).toBe(0);
    });

    it('a broken message in the middle of a reply cuts it, and adds nothing to it', async () => {
      const port = await start((_req, res) => {
        res.write('begun');
      });
      const socket = dial(port);
      const reply = text(socket);
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      await until(socket, /begun/);
      socket.write('rubbish\r\n\r\n');
      const all = await reply;
      expect(all.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(all).not.toContain('request_malformed');
    });
  });

  describe('upgrades', () => {
    const websocket = `GET /ws HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: websocket\r\n`;

    it.each([
      ['with POST', websocket.replace('GET', 'POST'), 400],
      ['with a body', `${websocket}Content-Length: 3\r\n`, 400],
      ['with a chunked body', `${websocket}Transfer-Encoding: chunked\r\n`, 400],
      ['with two Hosts', `${websocket}${H}`, 400],
      ['twice', `${websocket}Upgrade: h2c\r\n`, 400],
    ])('a WebSocket handshake %s is refused', async (_name, head, status) => {
      let upgrades = 0;
      const port = await start(
        (_req, res) => res.end(),
        () => (upgrades += 1),
      );
      const reply = await talk(port, `${head}\r\nabc`);
      expect({ status: statusOf(reply), upgrades }).toEqual({ status, upgrades: 0 });
    });

    it('a WebSocket handshake reaches the handler with the bytes after it', async () => {
      const port = await start(
        (_req, res) => res.end(),
        (_req, socket, head) => socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${head.toString()}`),
      );
      expect(await talk(port, `${websocket}\r\nframe`)).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\nframe');
    });

    it.each([['in one piece'], ['in two']])('any other upgrade is ignored, %s', async (how) => {
      const codes: BodyErrorCode[] = [];
      const port = await start(refusing(100, codes));
      const head =
        `POST / HTTP/1.1\r\n${H}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n` +
        'HTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\n';
      const writes = how === 'in two' ? [`${head}he`, 'llo'] : [`${head}hello`];
      expect(await talk(port, ...writes)).toContain('got 5');
    });

    it('a reset after the handshake ends no process', async () => {
      const closed = later<boolean>();
      const port = await start(
        (_req, res) => res.end(),
        (_req, socket) => {
          socket.once('close', () => closed.resolve(true));
          socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        },
      );
      const socket = dial(port);
      socket.write(`${websocket}\r\n`);
      await until(socket, /101/);
      socket.resetAndDestroy();
      expect(await closed.promise).toBe(true);
    });
  });

  describe('drain', () => {
    it('closes idle connections, lets a stream finish, takes no new ones', async () => {
      const finish = later<boolean>();
      const port = await start((req, res) => {
        if (req.url === '/quick') {
          res.end('quick');
          return;
        }
        res.write('begun');
        void finish.promise.then(() => res.end('done'));
      });
      const idle = dial(port);
      idle.write(`GET /quick HTTP/1.1\r\n${H}\r\n`);
      await until(idle, /quick$/);
      const silent = dial(port);
      await once(silent, 'connect');
      const busy = dial(port);
      const reply = text(busy);
      busy.write(`GET /stream HTTP/1.1\r\n${H}\r\n`);
      await until(busy, /begun/);

      const closed = Promise.all([once(idle, 'close'), once(silent, 'close')]);
      const drained = listener.drain(10_000);
      await closed;
      const late = connect({ port, host: '127.0.0.1' });
      await once(late, 'error');
      finish.resolve(true);
      expect(await reply).toContain('done');
      await drained;
    });

    it('asks clients to close whose reply has not begun', async () => {
      const begun = later<() => void>();
      const port = await start((_req, res) => begun.resolve(() => res.end('late')));
      const socket = dial(port);
      const reply = text(socket);
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      const finish = await begun.promise;
      const drained = listener.drain(10_000);
      finish();
      expect(await reply).toMatch(/connection: close/i);
      await drained;
    });

    it('cuts the remaining connections when the grace period ends', async () => {
      const port = await start((_req, res) => res.write('begun'));
      const socket = dial(port);
      const reply = text(socket);
      socket.write(`GET / HTTP/1.1\r\n${H}\r\n`);
      await until(socket, /begun/);
      await listener.drain(50);
      expect(await reply).not.toMatch(/\r\n0\r\n\r\n$/);
    });
  });
});
