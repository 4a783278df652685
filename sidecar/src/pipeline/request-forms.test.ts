import { dial, text } from '../listeners/test-kit.ts';
import { Live, policyOf } from './test-kit.ts';
import { chunk, sized, WHOLE, JSON_HEAD } from './testing/wire.ts';
import { CHAT } from './testing/samples.ts';

const MARK = '\u00ef\u00bb\u00bf';
const BODY = JSON.stringify(CHAT.request('Hello to anna@example.com.'));
const POLICY = 'ingress: { pii: { action: redact } }\negress: { pii: { action: off } }';

interface Arrived {
  readonly status: string;
  readonly line: string;
  readonly types: number;
  readonly all: string;
}

/** The request as the server gets it; nothing of it if it was refused. */
async function forward(policy: string, head: string, body: string): Promise<Arrived> {
  const live = await new Live({ policy: policyOf(policy) }).start();
  const arrived = { line: '', types: 0, all: '' };
  live.answer = (request, { socket }) => {
    arrived.line = `${request.method ?? ''} ${request.url ?? ''}`;
    arrived.types = request.rawHeaders.filter((name) => name.toLowerCase() === 'content-type').length;
    request.setEncoding('latin1').on('data', (piece: string) => (arrived.all += piece));
    request.once('end', () => {
      arrived.all += request.rawHeaders.join(' ') + request.rawTrailers.join(' ');
      socket?.end(sized(JSON_HEAD, WHOLE), 'latin1');
    });
  };
  const socket = dial(live.port);
  socket.write(`${head}Connection: close\r\n\r\n${body}`, 'latin1');
  const reply = await text(socket);
  await live.close();
  return { status: reply.slice(9, 12), ...arrived };
}

const HEAD = `POST ${CHAT.path} HTTP/1.1\r\nHost: model\r\nContent-Type: application/json\r\n`;

function counted(body: string): string {
  return `Content-Length: ${body.length}\r\n`;
}

describe.each(['mode: observe', POLICY])('a request in a form that servers accept: %s', (policy) => {
  it('is forwarded with the path of an absolute target', async () => {
    const head = HEAD.replace('/', 'http://model:80/') + counted(BODY);
    expect(await forward(policy, head, BODY)).toMatchObject({ status: '200', line: `POST ${CHAT.path}` });
  });

  it('is judged behind a byte order mark', async () => {
    const body = MARK + BODY;
    const { status, all } = await forward(policy, HEAD + counted(body), body);
    expect(status).toBe('200');
    expect(all.startsWith(body)).toBe(policy !== POLICY);
    expect(all.includes('anna@')).toBe(policy !== POLICY);
  });

  it('is forwarded with a media type that stands twice', async () => {
    const head = `${HEAD}content-type: application/json\r\n${counted(BODY)}`;
    const types = policy === POLICY ? 1 : 2;
    expect(await forward(policy, head, BODY)).toMatchObject({ status: '200', types });
  });

  it('is forwarded without its trailers', async () => {
    const head = `${HEAD}Transfer-Encoding: chunked\r\nTrailer: X-Own\r\n`;
    const { status, all } = await forward(policy, head, `${chunk(BODY)}0\r\nX-Own: told\r\n\r\n`);
    expect(status).toBe('200');
    expect(all).not.toContain('told');
  });
});
