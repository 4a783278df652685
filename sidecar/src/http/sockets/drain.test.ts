import { once } from 'node:events';
import { startInbound } from '../../listeners/inbound.ts';
import { LISTENER_DEFAULTS } from '../limits.ts';
import { dial, talk } from '../../listeners/test-kit.ts';

describe('replies that are not read', () => {
  it('beyond their share, the one that stands for longest is cut; others are served', async () => {
    const piece = Buffer.alloc(64 * 1024);
    const closed: string[] = [];
    const listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: { ...LISTENER_DEFAULTS, maxUnread: 1 },
      handler: {
        request: (req, res) => {
          const name = req.url ?? '';
          if (name === '/quick') {
            res.end('ok');
            return;
          }
          res.once('close', () => closed.push(name));
          const pump = (): void => {
            while (!res.destroyed && res.write(piece));
          };
          res.on('drain', pump);
          pump();
        },
        upgrade: (_req, socket) => socket.destroy(),
      },
    });
    const readers = ['/first', '/second'].map((path) => {
      const socket = dial(listener.address.port);
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: m\r\n\r\n`);
      return socket;
    });
    while (closed.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toHaveLength(1);
    const quick = await talk(
      listener.address.port,
      'GET /quick HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n',
    );
    expect(quick).toContain('200 OK');
    for (const socket of readers) {
      socket.destroy();
      await once(socket, 'close').catch(() => undefined);
    }
    await listener.close();
  });
});
