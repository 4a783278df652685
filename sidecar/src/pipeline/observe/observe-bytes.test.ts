import { Live, policyOf } from '../test-kit.ts';
import { dial, text } from '../../listeners/test-kit.ts';
import { essence, parseReply, type RawReply } from '../testing/raw-reply.ts';
import { REPLIES } from '../testing/replies.ts';
import { JSON_HEAD, sized, streamed, type ReplyCase } from '../testing/wire.ts';
import { CHAT } from '../testing/samples.ts';

/** Everything that could object does. */
const POLICY = `mode: observe
limits: { requestBytes: 2KiB, responseBytes: 2KiB, requestsPerMinute: 1 }
models: { allow: [none] }
egress: { pii: { action: block }, onBlock: error }
endpoints: { pass: ["GET /v1/models"] }`;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The server answers with these bytes, and closes. */
async function play(live: Live, wire: readonly string[]): Promise<void> {
  live.answer = (request, { socket }) => {
    request.resume().once('end', () => {
      void (async () => {
        for (const piece of wire) {
          socket?.write(piece, 'latin1');
          if (wire.length < 20) await pause(2);
        }
        socket?.end();
      })();
    });
  };
  await Promise.resolve();
}

function requestOf({
  method = 'POST',
  path = CHAT.path,
  request = CHAT.request('Hello.'),
}: ReplyCase): string {
  const body = typeof request === 'string' ? request : JSON.stringify(request);
  const hasBody = method === 'POST' || method === 'DELETE' || path === '/search';
  const framing = hasBody
    ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
    : '';
  return `${method} ${path} HTTP/1.1\r\nHost: model.test\r\nTE: trailers\r\nConnection: close, TE\r\n${framing}\r\n${hasBody ? body : ''}`;
}

async function ask(port: number, request: ReplyCase): Promise<RawReply> {
  const socket = dial(port);
  socket.write(requestOf(request));
  return parseReply(await text(socket), request.method ?? 'POST');
}

describe('exchanges under an observing policy', () => {
  let live: Live;
  beforeAll(async () => {
    live = await new Live({ policy: policyOf(POLICY) }).start();
  });
  afterAll(() => live.close());

  it('is more than sixty kinds of replies', () => {
    expect(REPLIES.length).toBeGreaterThan(60);
  });

  it.each(REPLIES.map((reply) => [reply.name, reply] as const))(
    'is byte for byte the same: %s',
    async (_name, reply) => {
      await play(live, reply.wire);
      const direct = await ask(Number(new URL(live.serverOrigin).port), reply);
      const through = await ask(live.port, reply);
      expect(direct.head).not.toEqual([]);
      expect(through.head.join('\n')).toMatch(/\nllm-boundary-decision: [0-9a-f-]{36}$/m);
      expect(essence(through)).toEqual(essence(direct));
      expect(live.ledger.decisions.splice(0).filter(({ verdict }) => verdict === 'block').length).toBe(
        direct.isComplete ? 0 : 1,
      );
    },
  );
});

describe('policies that observe replies', () => {
  const SECTIONS = `limits: { responseBytes: 2KiB }
egress: { mode: observe, pii: { action: block }, media: { action: block }, onBlock: error }
action: { mode: observe }`;
  const judged = REPLIES.filter(
    ({ path, method, wire, request }) =>
      path === undefined &&
      method === undefined &&
      !wire[0]?.startsWith('HTTP/1.1 3') &&
      (request === undefined || request === streamed),
  );
  let live: Live;
  beforeAll(async () => {
    live = await new Live({ policy: policyOf(SECTIONS) }).start();
  });
  afterAll(() => live.close());

  it.each(judged.map((reply) => [reply.name, reply] as const))(
    'is byte for byte the same: %s',
    async (_name, reply) => {
      await play(live, reply.wire);
      const direct = await ask(Number(new URL(live.serverOrigin).port), reply);
      expect(essence(await ask(live.port, reply))).toEqual(essence(direct));
    },
  );

  it('still goes nowhere else', async () => {
    await play(live, [sized('HTTP/1.1 307 Moved\r\nLocation: http://other.test/\r\n', '')]);
    const { head } = await ask(live.port, { name: 'redirect', wire: [] });
    expect(head[0]).toBe('HTTP/1.1 502 Bad Gateway');
  });

  it.each([
    ['egress: { mode: observe }', 502],
    ['action: { mode: observe }', 502],
    ['egress: { mode: observe }\naction: { mode: observe }', 200],
  ])('what cannot be judged, under %s: %i', async (policy, status) => {
    live.policy = policyOf(policy);
    await play(live, [sized(JSON_HEAD, '{')]);
    const { head } = await ask(live.port, { name: 'broken', wire: [] });
    expect(head[0]).toContain(String(status));
    const last = live.ledger.decisions.at(-1);
    if (status === 200) expect(last?.hits).toMatchObject([{ rule: 'response.unreadable', mode: 'observe' }]);
  });
});

describe('forwarding under an observing policy', () => {
  let live: Live;
  beforeAll(async () => {
    live = await new Live({ policy: policyOf(POLICY) }).start();
  });
  afterAll(() => live.close());

  const BODY = JSON.stringify(CHAT.request('Hello.'));
  const LENGTH = `Content-Length: ${BODY.length}\r\n`;
  it.each([
    [
      'names in odd case, repeated and in their order',
      `POST ${CHAT.path}`,
      `x-B: 1\r\nX-a: 2\r\nX-B: 3\r\n${LENGTH}`,
      BODY,
    ],
    [
      'headers that stand for another method or path',
      'POST /a',
      `X-HTTP-Method-Override: PUT\r\nX-Original-URL: /b\r\n${LENGTH}`,
      BODY,
    ],
    [
      'what other proxies said',
      `POST ${CHAT.path}`,
      `Via: 1.0 a\r\nProxy-Authorization: Basic x\r\nForwarded: for=a\r\n${LENGTH}`,
      BODY,
    ],
    [
      'codings that are accepted',
      `POST ${CHAT.path}`,
      `Accept-Encoding: br, gzip\r\naccept-encoding: zstd\r\n${LENGTH}`,
      BODY,
    ],
    ['an odd path', 'POST /a//b/../%63;x=1?q=%20&&', LENGTH, BODY],
    [
      'a body in chunks',
      `POST ${CHAT.path}`,
      'Transfer-Encoding: chunked\r\n',
      `4\r\n${BODY.slice(0, 4)}\r\n${(BODY.length - 4).toString(16)}\r\n${BODY.slice(4)}\r\n0\r\n\r\n`,
    ],
    [
      'a body in chunks where nothing is inspected',
      'DELETE /a',
      'Transfer-Encoding: chunked\r\n',
      '4\r\nabcd\r\n0\r\n\r\n',
    ],
    ['a GET with a body', 'GET /a', 'Content-Length: 4\r\n', 'GET '],
    ['an empty body with a length', `POST ${CHAT.path}`, 'Content-Length: 0\r\n', ''],
    ['a long body', `POST ${CHAT.path}`, 'Content-Length: 300000\r\n', 'x'.repeat(300_000)],
    ['a compressed body', `POST ${CHAT.path}`, 'Content-Encoding: gzip\r\nContent-Length: 5\r\n', 'plain'],
    ['bytes beyond ASCII', `POST ${CHAT.path}`, `X-A: \xe4\r\n${LENGTH}`, BODY],
  ])('is the same: %s', async (_name, line, headers, body) => {
    const seen: unknown[] = [];
    live.answer = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const { method, url, rawHeaders } = request;
        seen.push({
          method,
          url,
          headers: requestLines(rawHeaders),
          body: Buffer.concat(chunks).toString('latin1'),
        });
        response.end();
      });
    };
    for (const port of [Number(new URL(live.serverOrigin).port), live.port]) {
      const socket = dial(port);
      socket.write(
        `${line} HTTP/1.1\r\nHost: Model.test\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers;q=1, gzip\r\n${headers}\r\n${body}`,
        'latin1',
      );
      await text(socket);
    }
    const [direct, through] = seen;
    expect(direct).toBeDefined();
    expect(through).toEqual(direct);
  });
});

/**
 * What must be the same of a request's head. Left out: what is about one connection, with what `Connection` names, and the framing of the body
 * (it may get a length in place of chunks). `Host` comes first, which has no meaning.
 */
function requestLines(raw: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let host = '';
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = raw.slice(i, i + 2);
    if (/^host$/i.test(name)) host = value;
    else if (!/^(?:connection|keep-alive|x-hop|te|content-length|transfer-encoding)$/i.test(name))
      lines.push(`${name}: ${value}`);
  }
  return [`host: ${host}`, ...lines];
}
