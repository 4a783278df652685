import { once } from 'node:events';
import { gzipSync } from 'node:zlib';

import { dial, text, until } from '../../listeners/test-kit.ts';
import { Live, policyOf } from '../test-kit.ts';
import { parseReply } from '../testing/raw-reply.ts';
import { CHAT } from '../testing/samples.ts';
import { chunk, JSON_HEAD, latin1, sized, SSE_HEAD, STREAM, WHOLE } from '../testing/wire.ts';

const POLICY = 'mode: observe\negress: { pii: { action: block }, onBlock: error }';
const BODY = JSON.stringify(CHAT.request('Hello.', { stream: true }));
const ASK = `POST ${CHAT.path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n`;
function half(body: string): readonly [string, string] {
  return [body.slice(0, 60), body.slice(60)];
}
const ZIPPED = half(latin1(gzipSync(WHOLE)));

describe('the order of an observed reply', () => {
  let live: Live;
  beforeEach(async () => {
    live = await new Live({ policy: policyOf(POLICY) }).start();
  });
  afterEach(() => live.close());

  // The server sends a piece only once the client has the one before.
  it.each([
    [
      'a stream',
      [
        `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n`,
        ...half(STREAM).map((piece) => chunk(piece)),
        '0\r\n\r\n',
      ],
    ],
    ['a whole reply', [`${JSON_HEAD}Content-Length: ${WHOLE.length}\r\n\r\n`, ...half(WHOLE)]],
    [
      'a compressed reply',
      [`${JSON_HEAD}Content-Encoding: gzip\r\nContent-Length: ${ZIPPED.join('').length}\r\n\r\n`, ...ZIPPED],
    ],
    [
      'early hints',
      [
        'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
        'HTTP/1.1 102 Processing\r\n\r\n',
        sized(JSON_HEAD, WHOLE),
      ],
    ],
  ])('%s goes on as it comes', async (_name, pieces) => {
    let next: () => void = () => undefined;
    live.answer = (request, { socket }) => {
      request.resume();
      const left = [...pieces];
      next = () => void socket?.write(left.shift() ?? '', 'latin1');
      next();
    };
    const client = dial(live.port);
    client.write(`${ASK}\r\n${BODY}`);
    let received = 0;
    for (let i = 1; i < pieces.length; i += 1) {
      await once(client, 'data');
      received += 1;
      next();
    }
    expect(received).toBe(pieces.length - 1);
    client.destroy();
  });

  it.each(['\u0007Bell', 'De\u007fl', 'Null\u0000'])(
    'a reason of %j ends its exchange alone',
    async (reason) => {
      let broken = true;
      live.answer = (request, { socket }) => {
        request.resume();
        const head = broken ? JSON_HEAD.replace('OK', reason) : JSON_HEAD;
        socket?.end(`${head}Connection: close\r\nContent-Length: ${WHOLE.length}\r\n\r\n${WHOLE}`, 'latin1');
      };
      const ask = async (): Promise<string> => {
        const client = dial(live.port);
        const all = text(client);
        client.write(`${ASK}Connection: close\r\n\r\n${BODY}`);
        return all;
      };
      expect(await ask()).toMatch(/^HTTP\/1\.1 (?:200|502) /);
      broken = false;
      expect(await ask()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    },
  );

  it('answers a client that waits for it, and reads on', async () => {
    live.answer = (request, response) => {
      request.resume().once('end', () => response.end('{}'));
    };
    const client = dial(live.port);
    const all = text(client);
    client.write(`${ASK}Connection: close\r\nExpect: 100-continue\r\n\r\n`);
    await until(client, /100 Continue\r\n\r\n/);
    client.write(BODY);
    expect(parseReply(await all, 'POST')).toMatchObject({ interim: [['HTTP/1.1 100 Continue']], body: '{}' });
  });

  it('gives no informational reply to HTTP/1.0', async () => {
    live.answer = (_request, { socket }) =>
      void socket?.end(`HTTP/1.1 102 Processing\r\n\r\n${sized(JSON_HEAD, '{}')}`, 'latin1');
    const client = dial(live.port);
    client.write('GET /v1/models HTTP/1.0\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a kept connection that the server resets, observed', () => {
  it.each([
    ['generation', CHAT.path, 200, 3],
    ['a route that is not inspected', '/other', 502, 2],
  ])('%s', async (_name, path, status, requests) => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    const served = new WeakSet<object>();
    let seen = 0;
    live.answer = (request, response) => {
      seen += 1;
      const { socket } = request;
      request.resume().once('end', () => {
        if (served.has(socket)) socket.resetAndDestroy();
        else response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE);
        served.add(socket);
      });
    };
    const ask = async (method: string): Promise<string> => {
      const client = dial(live.port);
      const framing =
        method === 'GET' ? '' : `Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n`;
      client.write(
        `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}\r\n${method === 'GET' ? '' : BODY}`,
      );
      return text(client);
    };
    const method = path === '/other' ? 'GET' : 'POST';
    expect(await ask(method)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(method)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen).toBe(requests);
    expect(live.ledger.decisions.filter(({ kind }) => kind === 'retry')).toHaveLength(requests - 2);
    await live.close();
  });
});
