import { execFileSync } from 'node:child_process';
import { lookup as systemLookup } from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { createResolver } from '../forward/destination/resolve.ts';
import { minted } from '../forward/test-kit.ts';
import { startOutbound, type ConnectionJudge } from './outbound.ts';
import type { Opening } from '../pipeline/connections/opening-rules.ts';
import type { Admission } from '../pipeline/connections/outbound-connections.ts';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import type { Listener } from '../http/server.ts';
import { QUICK, dial, listening, statusOf, talk, until, type TestServer } from './test-kit.ts';

const PROVIDERS = [
  { name: 'openai', url: 'https://api.openai.com' },
  { name: 'azure', url: 'https://x.openai.azure.com:8443/openai/v1' },
  { name: 'anthropic', url: 'https://a.test' },
  { name: 'local', url: 'http://10.0.0.5:11434' },
];

describe('the outbound listener', () => {
  let listener: Listener;
  let secure: TestServer;
  let dir: string;
  const events: string[] = [];

  const admit = (
    ended: Admission['ended'] = () => undefined,
  ): ((opening: Opening) => Promise<Admission | null>) => {
    return ({ name, fault }) => {
      if (name === null) events.push(String(fault));
      const target = { host: name ?? '', port: secure.port, address: null, admitsHttp: true };
      return Promise.resolve(name === null ? null : { target: minted(target), ended });
    };
  };

  const start = async (
    change: Partial<ConnectionJudge> = {},
    listed: string[] = [],
    limits = LISTENER_DEFAULTS,
  ): Promise<number> => {
    events.length = 0;
    // Every name is this machine; whether it may be dialled is up to the rules.
    const here: LookupFunction = (_name, options, callback) =>
      systemLookup('127.0.0.1', { ...options, all: true }, callback);
    const listsAddress = (address: string): boolean => listed.includes(address);
    listener = await startOutbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits,
      rules: () => ({ providers: PROVIDERS, listsAddress }),
      tunnel: {
        lookup: createResolver({ lookup: here, listsAddress }),
        connectTimeoutMs: 60_000,
        idleTimeoutMs: 60_000,
      },
      handler: {
        request(_req, res, target) {
          events.push('request');
          res.end(JSON.stringify(target));
        },
        upgrade(_req, socket, _head, target) {
          socket.end(`upgrade ${target.origin}`);
        },
        refused(_req, res, fault) {
          events.push(fault);
          res.writeHead(403).end(fault);
        },
      },
      find: () => Promise.resolve({ address: '10.0.0.9', port: 5432 }),
      connections: {
        asksFirst: () => false,
        mayWait: () => true,
        serverAt: () => Promise.resolve(null),
        admitServer: () => Promise.resolve(null),
        admit: admit((end) => events.push(`${String(end.connected)} ${String(end.bytesReceived > 0)}`)),
        ...change,
      },
    });
    return listener.address.port;
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'boundary-'));
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'key',
        '-out',
        'cert',
        '-days',
        '2',
        '-subj',
        '/CN=x',
        '-addext',
        'subjectAltName=DNS:api.example.com',
      ],
      { cwd: dir, stdio: 'ignore' },
    );
    const server = createSecure(
      { key: readFileSync(join(dir, 'key')), cert: readFileSync(join(dir, 'cert')) },
      (_req, res) => res.end('over TLS'),
    );
    server.on('tlsClientError', () => undefined);
    secure = await listening(server);
  });
  afterAll(async () => {
    await secure.close();
    rmSync(dir, { recursive: true });
  });
  afterEach(() => listener.close());

  const ask = (port: number, path: string, host: string): Promise<string> =>
    talk(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

  describe('over HTTP', () => {
    it.each([
      ['metadata', '/latest/meta-data/', '169.254.169.254', 'forbidden_address'],
      ['loopback', '/', '127.0.0.1:8000', 'forbidden_address'],
      ['loopback in hexadecimal', '/', '0x7f.1:8000', 'forbidden_address'],
      ['loopback as one number', '/', '2130706433:8000', 'forbidden_address'],
      ['loopback in octal', '/', '0177.0.0.1', 'forbidden_address'],
      ['loopback in IPv6', '/', '[::1]:8000', 'forbidden_address'],
      ['loopback mapped into IPv6', '/', '[::ffff:127.0.0.1]:8000', 'forbidden_address'],
      ['any address', '/', '0.0.0.0:15410', 'forbidden_address'],
      ['a port that is none', '/', 'api.example.com:0', 'host'],
      ['percent-encoding', '/', 'api%2eexample.com', 'host'],
    ])('%s is refused', async (_name, path, host, fault) => {
      const port = await start();
      expect(statusOf(await ask(port, path, host))).toBe(403);
      expect(events).toEqual([fault]);
    });

    it.each([
      ['/', 'unknown_provider'],
      ['/nobody/v1', 'unknown_provider'],
      ['/OpenAI/v1', 'unknown_provider'],
      ['/openai%2f/v1', 'unknown_provider'],
      ['//openai/v1', 'unknown_provider'],
      ['/azure/../secret', 'path'],
      ['/azure/v1/%2E%2e/secret', 'path'],
      ['/azure/.', 'path'],
    ])('%s is no provider path', async (path, fault) => {
      const port = await start();
      await ask(port, path, `127.0.0.1:${port}`);
      expect(events).toEqual([fault]);
    });

    it('another port of the sidecar is not the sidecar', async () => {
      const port = await start();
      await ask(port, '/openai/v1', 'localhost:15410');
      expect(events).toEqual(['request']);
      await ask(port, '/openai/v1', '127.0.0.1:15410');
      expect(events).toEqual(['request', 'forbidden_address']);
    });

    it.each([
      ['/openai/v1/chat?x=1', '127.0.0.1', 'openai', 'https://api.openai.com', '/v1/chat?x=1'],
      ['/azure/chat/', 'localhost', 'azure', 'https://x.openai.azure.com:8443', '/openai/v1/chat/'],
      ['/azure', 'LOCALHOST.', 'azure', 'https://x.openai.azure.com:8443', '/openai/v1/'],
      ['/azure/openai/v1/chat', '127.0.0.1', 'azure', 'https://x.openai.azure.com:8443', '/openai/v1/chat'],
      ['/azure/openai/v10', '127.0.0.1', 'azure', 'https://x.openai.azure.com:8443', '/openai/v1/openai/v10'],
      ['/anthropic/messages?b=1', '127.0.0.1', 'anthropic', 'https://a.test', '/v1/messages?b=1'],
      ['/anthropic/v1/messages', '127.0.0.1', 'anthropic', 'https://a.test', '/v1/messages'],
      ['/anthropic/messagesx', '127.0.0.1', 'anthropic', 'https://a.test', '/messagesx'],
      ['/local/messages', '127.0.0.1', 'local', 'http://10.0.0.5:11434', '/messages'],
      ['/local/api/chat', '127.0.0.2', 'local', 'http://10.0.0.5:11434', '/api/chat'],
    ])('%s at the sidecar (%s) is the provider %s', async (path, self, provider, origin, sent) => {
      const port = await start();
      const reply = await ask(port, path, `${self}:${port}`);
      const host = origin.replace(/^https?:\/\//, '');
      expect(reply).toContain(JSON.stringify({ origin, path: sent, host, provider }));
    });

    it.each([
      ['MCP.Tools.svc.:8080', 'http://mcp.tools.svc:8080', 'mcp.tools.svc:8080'],
      ['api.example.com:80', 'http://api.example.com', 'api.example.com'],
      ['[2001:DB8::1]:8', 'http://[2001:db8::1]:8', '[2001:db8::1]:8'],
      ['10.1', 'http://10.0.0.1', '10.0.0.1'],
    ])('the Host %s names the target', async (given, origin, host) => {
      const port = await start();
      const reply = await ask(port, '/a?b', given);
      expect(reply).toContain(JSON.stringify({ origin, path: '/a?b', host, provider: null }));
    });

    it('loopback passes where it is listed', async () => {
      const port = await start({}, ['127.0.0.1']);
      expect(await ask(port, '/', '127.1:8000')).toContain('"origin":"http://127.0.0.1:8000"');
    });

    it('keeps the connection, accepts upgrades, answers malformed requests', async () => {
      const port = await start();
      const socket = dial(port);
      for (const path of ['/a', '/b']) {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
        await until(socket, new RegExp(`"path":"${path}"`));
      }
      socket.destroy();
      const upgrade =
        'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
      expect(await talk(port, upgrade)).toBe('upgrade http://a.example');
      expect(statusOf(await talk(port, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'))).toBe(400);
      expect(statusOf(await talk(port, 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'))).toBe(
        400,
      );
    });

    it.each([
      ['nothing', ''],
      ['half a head', 'GET / HTTP/1.1\r\n'],
    ])('a client that sends %s is closed in time', async (_name, bytes) => {
      const port = await start({}, [], QUICK);
      expect([0, 408]).toContain(statusOf(await talk(port, bytes)));
    });
  });

  describe('over TLS', () => {
    const handshake = (port: number, servername: string): Promise<string> =>
      new Promise((resolve) => {
        const client = connectTls({
          port,
          host: '127.0.0.1',
          ...(servername === '' ? {} : { servername }),
          ca: readFileSync(join(dir, 'cert')),
          checkServerIdentity: () => undefined,
        });
        let got = '';
        client.on('secureConnect', () =>
          client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
        );
        client.on('data', (data: Buffer) => (got += data.toString()));
        client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        client.on('close', () => resolve(got));
      });

    const ACCESS_DENIED = 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED';

    it.each([
      ['policy says no', { admit: () => Promise.resolve(null) }, 'api.example.com', ACCESS_DENIED, []],
      [
        'the record fails',
        { admit: () => Promise.reject(new Error('disk')) },
        'api.example.com',
        ACCESS_DENIED,
        [],
      ],
      ['there is no name', {}, '', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME', ['no_name']],
    ])('a connection is closed with an alert where %s', async (_name, change, servername, code, expected) => {
      const port = await start(change);
      expect(await handshake(port, servername)).toBe(code);
      expect(events).toEqual(expected);
    });

    it('a name that is an address is refused', async () => {
      const port = await start();
      // tls.connect would not send it.
      const name = Buffer.from('127.0.0.1');
      const sni = Buffer.concat([
        Buffer.from([0, 0, 0, name.length + 5, 0, name.length + 3, 0, 0, name.length]),
        name,
      ]);
      const body = Buffer.concat([
        Buffer.from([3, 3]),
        Buffer.alloc(32),
        Buffer.from([0, 0, 2, 0x13, 1, 1, 0, 0, sni.length]),
        sni,
      ]);
      const reply = await talk(
        port,
        Buffer.concat([Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length]), body]),
      );
      expect(Buffer.from(reply, 'latin1')).toEqual(Buffer.from([21, 3, 3, 0, 2, 2, 49]));
      expect(events).toEqual(['host']);
    });

    it('an invalid ClientHello is closed with an alert', async () => {
      const port = await start();
      const reply = await talk(port, Buffer.from([22, 9, 9, 9, 9, 9]));
      expect(Buffer.from(reply, 'latin1')).toEqual(Buffer.from([21, 3, 3, 0, 2, 2, 50]));
      expect(events).toEqual(['malformed']);
    });

    it('a hello that never ends is closed in time', async () => {
      const port = await start({}, [], QUICK);
      expect(await talk(port, Buffer.from([22, 3, 1, 1, 0, 1]))).toBe('');
      expect(events).toEqual(['timeout']);
    });

    it('a name that leads to loopback is not dialled', async () => {
      const port = await start();
      await handshake(port, 'api.example.com');
      expect(events).toEqual(['false false']);
    });

    it('an admitted name is joined to its host, not to the address that was dialled', async () => {
      const asked: string[] = [];
      const port = await start(
        {
          admit: (opening) => {
            asked.push(`${opening.name ?? ''} ${JSON.stringify(opening.dialled)}`);
            return admit()(opening);
          },
        },
        ['127.0.0.1'],
      );
      expect(await handshake(port, 'API.example.com')).toContain('over TLS');
      expect(asked).toEqual(['api.example.com {"address":"10.0.0.9","port":5432}']);
    });

    it('a client that leaves while it is being judged is not dialled for', async () => {
      let go: () => void = () => undefined;
      let judged: () => void = () => undefined;
      const judging = new Promise<void>((resolve) => (judged = resolve));
      const ended = new Promise<string>((resolve) => {
        void start(
          {
            admit: (opening) =>
              new Promise((resolveTunnel) => {
                go = () => void admit((end) => resolve(String(end.connected)))(opening).then(resolveTunnel);
                judged();
              }),
          },
          ['127.0.0.1'],
        ).then((port) => {
          const client = connectTls({ port, host: '127.0.0.1', servername: 'api.example.com' });
          client.on('error', () => undefined);
          void judging.then(() => client.destroy());
        });
      });
      await judging;
      while (listener.connections > 0) await new Promise((resolve) => setImmediate(resolve));
      go();
      expect(await ended).toBe('false');
    });

    it('a tunnel is cut when the grace of a drain ends', async () => {
      const events: string[] = [];
      const ended = new Promise<void>((resolve) => {
        void start(
          {
            admit: admit((end) => {
              events.push(`${String(end.connected)} ${String(end.bytesReceived > 0)}`);
              resolve();
            }),
          },
          ['127.0.0.1'],
        ).then((port) => {
          const ca = readFileSync(join(dir, 'cert'));
          const client = connectTls({ port, host: '127.0.0.1', servername: 'api.example.com', ca });
          client.on('error', () => undefined);
          client.once('secureConnect', () => void listener.drain(50));
        });
      });
      await ended;
      expect(events).toEqual(['true true']);
    });
  });
});
