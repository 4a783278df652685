import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below them are the ports that other software has by default; the kernel takes those above for connections and for port 0. */
const [LOWEST, HIGHEST] = [20_000, 32_767];

/**
 * For a process that must be told its port. Nothing else is given a port of this range by chance, unlike those of a listener on port 0,
 * which any connection may have by the time that the process binds it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
