import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

import { dial, listening, text } from '../../listeners/test-kit.ts';
import { startServer, type Listener } from '../../http/server.ts';
import { LISTENER_DEFAULTS } from '../../http/limits.ts';
import { targetOf } from '../context/target.ts';
import { Router } from '../router.ts';
import { Live, policyOf } from '../test-kit.ts';

const ASK =
  'GET /ws?a=1 HTTP/1.1\r\nHost: Model.Example\r\nX-Second: 2\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: x\r\nX-HTTP-Method-Override: PUT\r\nx-Second: 3\r\n\r\n';
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\nX-ABC: d\r\n\r\n';

/** One handshake before a server that answers `reply`: what the server got, and what the client got. */
async function shake(policy: string, reply: string, ask = ASK): Promise<{ asked: string; got: string }> {
  const live = await new Live({ policy: policyOf(policy) }).start();
  let asked = '';
  const server = await listening(
    createServer((socket: Socket) => {
      socket.on('data', (chunk) => {
        asked += chunk.toString('latin1');
        if (asked.endsWith('\r\n\r\n')) socket.end(reply, 'latin1');
      });
    }),
  );
  const router = new Router(live.boundary);
  const way = { origin: server.origin, host: null, direction: 'inbound' } as const;
  const listener: Listener = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    limits: LISTENER_DEFAULTS,
    handler: {
      request: (request, response) => router.handle(request, response, targetOf(request.url ?? '/', way)),
      upgrade: (request, socket, head) =>
        router.upgrade(request, socket, head, targetOf(request.url ?? '/', way)),
    },
  });
  const client = dial(listener.address.port);
  const got = text(client);
  client.write(ask);
  await once(client, 'close');
  await Promise.all([listener.close(), server.close(), live.close()]);
  return { asked, got: await got };
}

describe('a handshake of WebSocket', () => {
  it('keeps the names, the order and the values of its headers both ways where the policy observes', async () => {
    const { asked, got } = await shake('mode: observe', SWITCH);
    expect(asked).toBe(
      ASK.replace('X-Second: 2\r\n', 'X-Second: 2\r\nX-Second: 3\r\n').replace('x-Second: 3\r\n', ''),
    );
    expect(got).toBe(SWITCH);
  });

  it('gives the client the names as the server wrote them where it is refused there', async () => {
    const { got } = await shake(
      'mode: observe',
      'HTTP/1.1 426 Upgrade Required\r\nX-ABC: d\r\nContent-Length: 2\r\n\r\nno',
    );
    expect(got).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\nX-ABC: d\r\nContent-Length: 2\r\n/);
  });

  it('drops method and path overrides if the policy enforces', async () => {
    const { asked, got } = await shake('endpoints: { upgrade: ["/ws"] }', SWITCH);
    expect(asked).not.toMatch(/method-override/i);
    expect(got).toContain('X-ABC: d\r\n');
  });

  it('is refused with the key that would list it', async () => {
    const { asked, got } = await shake('', SWITCH);
    expect(asked).toBe('');
    expect(got).toMatch(/^HTTP\/1\.1 404 [^]*endpoints\.upgrade can list [^]*\/ws/);
  });

  it.each([
    ['/v1/responses', /"code":"endpoint_not_allowed"/],
    ['/v1/chat/completions?x=1', /"code":"endpoint_not_allowed"/],
    ['/v1/messages', /"error_code":"endpoint_not_allowed"/],
  ])('is told to speak HTTP where %s is read over HTTP', async (path, words) => {
    const { asked, got } = await shake('', SWITCH, ASK.replace('/ws?a=1', path));
    expect(asked).toBe('');
    expect(got).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(got).toMatch(/\r\nconnection: upgrade, close\r\nupgrade: HTTP\/1\.1\r\n\r\n/);
    expect(got).toMatch(words);
    expect(got).toMatch(/endpoints\.upgrade can list [^]* over HTTP, with POST/);
  });

  it('gets a 426 also below a prefix of the policy', async () => {
    const ask = ASK.replace('/ws?a=1', '/gateway/v1/responses');
    const { got } = await shake('endpoints: { prefixes: ["/gateway"] }', SWITCH, ask);
    expect(got).toMatch(/^HTTP\/1\.1 426 /);
    expect((await shake('', SWITCH, ask)).got).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('passes where policy lists the path of an endpoint that is read over HTTP', async () => {
    const { got } = await shake(
      'endpoints: { upgrade: ["/v1/responses"] }',
      SWITCH,
      ASK.replace('/ws?a=1', '/v1/responses'),
    );
    expect(got).toMatch(/^HTTP\/1\.1 101 /);
  });

  it.each(['/v1/Responses', '/v1/responses/', '/v1/models'])(
    'is refused as an unknown endpoint on %s',
    async (path) => {
      const { got } = await shake('', SWITCH, ASK.replace('/ws?a=1', path));
      expect(got).toMatch(/^HTTP\/1\.1 404 /);
    },
  );
});
