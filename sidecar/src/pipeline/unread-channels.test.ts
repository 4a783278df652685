import { dial, text } from '../listeners/test-kit.ts';
import { Live, policyOf } from './test-kit.ts';
import { parseReply, type RawReply } from './testing/raw-reply.ts';
import { CHAT } from './testing/samples.ts';
import { chunk, JSON_HEAD, sized, SSE_HEAD, STREAM, WHOLE } from './testing/wire.ts';

// Each sentence of the threat model about what nothing reads.
const POLICY = 'egress: { pii: { action: block }, onBlock: error }\nendpoints: { pass: ["/files*"] }';
const CLEAN = WHOLE.replace(/Write to[^"]*/, 'Good day.');
const SAID = STREAM.replace('Write to anna', 'Good').replace('@example.com', ' day');
const EVENT = SAID.slice(0, SAID.indexOf('\n\n') + 2);
const LEAK = 'anna@example.com';

interface Row {
  readonly name: string;
  readonly line?: string;
  readonly headers?: string;
  readonly body?: string | null;
  readonly wire?: string;
  readonly status: number;
  /** What the client, or (by its head) the server, must have. */
  readonly passes?: string;
  readonly arrives?: string;
  /** What neither may have. */
  readonly lacks?: string;
}

function whole(headers: string, status = '200 OK'): string {
  return sized(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}`, CLEAN);
}

function streamed(lines: string, trailers = ''): string {
  return `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(`${lines}${SAID}`)}0\r\n${trailers}\r\n`;
}

function many(count: number, length: number): string {
  return Array.from({ length: count }, (_, index) => `X-${index}: ${'v'.repeat(length)}\r\n`).join('');
}

const rows: readonly Row[] = [
  { name: 'too many headers of a request', headers: many(130, 1), status: 431 },
  { name: 'too long headers of a request', headers: many(40, 1000), status: 431 },
  { name: 'too long headers of a reply', wire: whole(many(40, 1000)), status: 502 },
  {
    name: 'a redirect to another host',
    wire: whole('Location: http://other.test/\r\n', '307 Moved'),
    status: 502,
  },
  {
    name: 'a redirect to another host, uninspected',
    line: 'GET /files',
    body: null,
    wire: whole('Location: //other.test/\r\n', '307 Moved'),
    status: 502,
  },
  { name: 'a GET with a body, uninspected', line: 'GET /files', status: 400 },
  { name: 'an event name that is not a label', wire: streamed(`event: a b\ndata: {}\n\n`), status: 502 },
  {
    name: 'headers of a request',
    headers: `X-Own: ${LEAK}\r\n${many(100, 100)}`,
    status: 200,
    arrives: LEAK,
  },
  {
    name: 'headers of a reply',
    wire: whole(`X-Own: ${LEAK}\r\n${many(25, 1000)}`),
    status: 200,
    passes: LEAK,
  },
  { name: 'a query string', line: `POST ${CHAT.path}?to=${LEAK}`, status: 200, arrives: `to=${LEAK}` },
  {
    name: 'another method in a header',
    headers: 'X-HTTP-Method-Override: DELETE\r\n',
    status: 200,
    lacks: 'DELETE',
  },
  { name: 'another path in a header', headers: 'X-Original-URL: /admin\r\n', status: 200, lacks: '/admin' },
  {
    name: 'id and retry that are labels',
    wire: streamed(`id: ${'a'.repeat(256)}\nretry: 123456789\n${EVENT}`),
    status: 200,
    passes: 'retry: 123456789',
  },
  { name: 'an id that is none', wire: streamed(`id: ${LEAK}\n${EVENT}`), status: 200, lacks: LEAK },
  {
    name: 'an id that is too long',
    wire: streamed(`id: ${'a'.repeat(257)}\n${EVENT}`),
    status: 200,
    lacks: 'aaaa',
  },
  {
    name: 'a time to retry that is none',
    wire: streamed(`retry: ${LEAK}\n${EVENT}`),
    status: 200,
    lacks: LEAK,
  },
  { name: 'a comment', wire: streamed(`: ${LEAK}\n\n`), status: 200, lacks: LEAK },
  { name: 'an unknown line', wire: streamed(`other: ${LEAK}\n${EVENT}`), status: 200, lacks: LEAK },
  {
    name: 'an informational reply',
    wire: `HTTP/1.1 103 Early Hints\r\nLink: ${LEAK}\r\n\r\n${whole('')}`,
    status: 200,
    lacks: LEAK,
  },
  {
    name: 'an unknown trailer',
    wire: `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(CLEAN)}0\r\nX-Own: ${LEAK}\r\n\r\n`,
    status: 200,
    lacks: LEAK,
  },
  {
    name: 'a known trailer',
    headers: 'TE: trailers\r\n',
    wire: `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(CLEAN)}0\r\nServer-Timing: a;dur=1\r\n\r\n`,
    status: 200,
    passes: 'a;dur=1',
  },
  {
    name: 'a known trailer with other characters',
    headers: 'TE: trailers\r\n',
    wire: `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(CLEAN)}0\r\nServer-Timing: ${LEAK}\r\n\r\n`,
    status: 200,
    lacks: LEAK,
  },
];

async function ask(
  port: number,
  { line = `POST ${CHAT.path}`, headers = '', body, wire }: Row,
): Promise<RawReply & { readonly all: string }> {
  const request = { ...CHAT.request('Hello.'), stream: wire?.startsWith(SSE_HEAD) === true };
  const sent = body === null ? '' : JSON.stringify(request);
  const framing = sent === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${sent.length}\r\n`;
  const socket = dial(port);
  socket.write(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}${headers}\r\n${sent}`);
  const all = await text(socket);
  return { ...parseReply(all, 'POST'), all };
}

describe('unreadable parts, enforced', () => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    let arrived = '';
    live.answer = (request, { socket }) => {
      arrived = `${request.url ?? ''} ${request.rawHeaders.join(' ')}`;
      request.resume().once('end', () => socket?.end(row.wire ?? whole(''), 'latin1'));
    };
    const { head, all } = await ask(live.port, row);
    expect(head[0]).toContain(`HTTP/1.1 ${row.status} `);
    if (row.passes !== undefined) expect(all).toContain(row.passes);
    if (row.arrives !== undefined) expect(arrived).toContain(row.arrives);
    if (row.lacks !== undefined) expect(`${all} ${arrived}`).not.toContain(row.lacks);
    await live.close();
  });
});
