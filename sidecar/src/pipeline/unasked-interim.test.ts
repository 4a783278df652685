import { Live, policyOf, send } from './test-kit.ts';
import { CHAT } from './testing/samples.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ASK = { path: CHAT.path, headers: JSON_TYPE, body: JSON.stringify(CHAT.request('Hello.')) };
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

describe('an unexpected 100 Continue, under an enforcing policy', () => {
  let live: Live;
  beforeAll(async () => {
    live = await new Live({ policy: policyOf('egress: { pii: { action: block } }') }).start();
  });
  afterAll(() => live.close());

  it.each([
    ['the reply after it passes', CONTINUE, 'Good day.', 'allow'],
    ['several of them', CONTINUE.repeat(3), 'Good day.', 'allow'],
    ['one with headers', 'HTTP/1.1 100 Continue\r\nX-Own: a\r\n\r\n', 'Good day.', 'allow'],
    ['the reply after it is judged', CONTINUE, 'Write to ann.smith@example.com.', 'block'],
  ])('%s', async (_name, before, words, verdict) => {
    live.answer = (request, { socket }) => {
      request.resume().once('end', () => {
        const body = JSON.stringify(CHAT.whole(words));
        const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
        socket?.end(`${before}${head}\r\n\r\n${body}`);
      });
    };
    const reply = await send(live.port, ASK);
    expect(reply.status).toBe(200);
    expect(reply.body.includes(words)).toBe(verdict === 'allow');
    const judged = live.ledger.decisions.findLast(({ kind }) => kind === 'egress');
    expect(judged?.verdict).toBe(verdict);
  });
});
