import { startAdmin, type AdminPages, type Readiness } from './admin.ts';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import type { Listener } from '../http/server.ts';
import { statusOf, talk } from './test-kit.ts';

describe('the admin listener', () => {
  let listener: Listener;
  let readiness: Readiness = { ready: true, reasons: [] };
  let broken = false;

  beforeAll(async () => {
    listener = await startAdmin({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      pages: Promise.resolve({
        readiness: () => Promise.resolve(readiness),
        conditions: () => ({ v: 1 }),
        exchanges: (authorization, query) => {
          const granted = { v: 1, id: query.get('id') };
          if (authorization === 'Bearer good') return Promise.resolve(granted);
          return Promise.resolve(authorization === undefined ? 'refused' : 'busy');
        },
        metrics: () =>
          broken
            ? Promise.reject(new Error('/secret/path'))
            : Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'a_total 1\n' }),
      }),
    });
  });
  afterAll(() => listener.close());

  const ask = (method: string, path: string): Promise<string> =>
    talk(listener.address.port, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

  it.each([
    ['POST', '/healthz', 405],
    ['PUT', '/readyz', 405],
    ['DELETE', '/metrics', 405],
    ['POST', '/conditions', 405],
    ['OPTIONS', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/canary/x', 404],
    ['GET', '/probe/x', 404],
    ['GET', '/debug/pprof', 404],
  ])('%s %s is %d', async (method, path, status) => {
    expect(statusOf(await ask(method, path))).toBe(status);
  });

  it('shows the last exchanges to the console alone', async () => {
    const asked = (headers: string): Promise<string> =>
      talk(
        listener.address.port,
        `GET /exchanges?id=a%20b HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`,
      );
    const refused = await asked('');
    expect([statusOf(refused), refused]).toEqual([401, expect.stringMatching(/www-authenticate: Bearer/i)]);
    expect(statusOf(await asked('Authorization: Bearer bad\r\n'))).toBe(503);
    const granted = await asked('Authorization: Bearer good\r\n');
    expect([statusOf(granted), granted]).toEqual([200, expect.stringMatching(/\{"v":1,"id":"a b"\}\n$/)]);
    expect(statusOf(await ask('POST', '/exchanges'))).toBe(405);
  });

  it('is not ready without saying why', async () => {
    readiness = { ready: false, reasons: ['no policy', 'audit cannot write'] };
    const reply = await ask('GET', '/readyz');
    readiness = { ready: true, reasons: [] };
    expect(statusOf(reply)).toBe(503);
    expect(reply).toMatch(/\r\n\r\nno policy\naudit cannot write\n$/);
  });

  it('does not show why metrics cannot be collected', async () => {
    broken = true;
    const reply = await ask('GET', '/metrics');
    broken = false;
    expect(statusOf(reply)).toBe(500);
    expect(reply).not.toContain('secret');
  });

  it('closes WebSockets', async () => {
    const reply = await talk(
      listener.address.port,
      'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(reply).toBe('');
  });

  it.each([
    ['/healthz', 'ok\n'],
    ['/readyz?verbose', 'ok\n'],
    ['/metrics', 'a_total 1\n'],
    ['/conditions', '{"v":1}\n'],
  ])('answers GET and HEAD %s', async (path, body) => {
    const get = await ask('GET', path);
    const head = await ask('HEAD', path);
    expect([statusOf(get), statusOf(head)]).toEqual([200, 200]);
    expect(get.endsWith(`\r\n\r\n${body}`)).toBe(true);
    expect(head.endsWith('\r\n\r\n')).toBe(true);
    expect(head).toMatch(new RegExp(`content-length: ${body.length}`, 'i'));
  });
});

describe('the admin listener while the rest is loaded', () => {
  it('answers /healthz, and everything else once there is an answer', async () => {
    let serve: (pages: AdminPages) => void = () => undefined;
    const pages = new Promise<AdminPages>((resolve) => {
      serve = resolve;
    });
    const listener = await startAdmin({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      pages,
    });
    const ask = (path: string): Promise<string> =>
      talk(listener.address.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answered: string[] = [];
    const asked = ['/readyz', '/metrics', '/canary/t', '/nonsense'].map(async (path) => {
      const reply = await ask(path);
      answered.push(path);
      return statusOf(reply);
    });
    expect(statusOf(await ask('/healthz'))).toBe(200);
    expect(answered).toEqual([]);
    serve({
      readiness: () => Promise.resolve({ ready: true, reasons: [] }),
      conditions: () => ({}),
      metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
      canary: (token) => token === 't',
    });
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 404]);
    await listener.close();
  });
});
