import { connect, type Socket } from 'node:net';
import { startInbound, type Listener } from '../../listeners/inbound.ts';
import { statusOf, talk, until } from '../../listeners/test-kit.ts';
import { LISTENER_DEFAULTS } from '../limits.ts';
import { BodyBudget } from './body-budget.ts';
import { BodyError, readBody } from './body.ts';

const LIMIT = 10_000;
function head(length: number): string {
  return `POST / HTTP/1.1\r\nHost: m\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
}
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('bodies that are held at once', () => {
  let listener: Listener;
  let bodies: BodyBudget;
  const open: Socket[] = [];
  /** Ends the replies that wait. */
  const waiting: (() => void)[] = [];
  let answersAtOnce = true;

  beforeEach(async () => {
    bodies = new BodyBudget(LIMIT);
    answersAtOnce = true;
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      bodies,
      handler: {
        request: (req, res) => {
          readBody(req, LIMIT, null).then(
            () => {
              const answer = (): void => {
                res.end('ok');
              };
              if (answersAtOnce) answer();
              else waiting.push(answer);
            },
            (error: unknown) => res.writeHead(429).end(error instanceof BodyError ? error.code : 'other'),
          );
        },
        upgrade: (_req, socket) => socket.destroy(),
      },
    });
  });
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    await listener.close();
  });
  const slow = (bytes: number): Socket => {
    const socket = connect(listener.address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    open.push(socket);
    socket.write(head(LIMIT) + 'x'.repeat(bytes));
    return socket;
  };

  it('the sender that takes longest makes room for one that is quick', async () => {
    const first = slow(3000);
    while (bodies.total < 3000) await pause(10);
    const refused = until(first, /overloaded/);
    slow(1500);
    while (bodies.total < 4500) await pause(10);
    expect(statusOf(await talk(listener.address.port, head(3000) + 'x'.repeat(3000)))).toBe(200);
    expect(statusOf(await refused)).toBe(429);
  });

  it('beyond the budget the newest is refused, and room comes back', async () => {
    answersAtOnce = false;
    const held = [4000, 4000].map((size) => talk(listener.address.port, head(size) + 'x'.repeat(size)));
    while (waiting.length < 2) await pause(10);
    expect(bodies.total).toBe(8000);
    expect(await talk(listener.address.port, head(4000) + 'x'.repeat(4000))).toMatch(/ 429 [^]*overloaded/);
    for (const answer of waiting.splice(0)) answer();
    await Promise.all(held);
    while (bodies.total > 0) await pause(10);
  });
});
