import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net';

import { NOTHING_SENT, openTunnel, type TunnelTarget } from '../forward/tunnel.ts';
import type { Listener } from '../http/server.ts';
import type { InboundAdmission } from '../pipeline/connections/inbound-connections.ts';

export interface InboundTcpOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** The port of the pod behind this listener. */
  readonly port: number;
  readonly maxConnections: number;
  readonly admit: (target: TunnelTarget, client: string) => Promise<InboundAdmission | null>;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Called for literal addresses only. */
const noLookup: LookupFunction = (_name, _options, callback) =>
  callback(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), []);

/**
 * Listener for a port of `endpoints.tcp`: clients → a server of the pod that does not speak HTTP. Rejects if the address cannot be bound.
 */
export async function startInboundTcp(options: InboundTcpOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true });
  server.maxConnections = options.maxConnections;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    accept(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return new TcpListener(server, sockets);
}

function accept(socket: Socket, { admit, port, ...tunnel }: InboundTcpOptions): void {
  const target: TunnelTarget = { host: '127.0.0.1', port, address: null, admitsHttp: false };
  admit(target, plain(socket.remoteAddress ?? '')).then(
    (admitted) => {
      if (admitted === null) socket.resetAndDestroy();
      else if (socket.destroyed) admitted.ended(NOTHING_SENT);
      else
        openTunnel(admitted.target, socket, Buffer.alloc(0), { ...tunnel, lookup: noLookup }, admitted.ended);
    },
    () => socket.resetAndDestroy(),
  );
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

class TcpListener implements Listener {
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  constructor(server: Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
  }

  get address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The listener is closed.');
    return address;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async drain(graceMs: number): Promise<void> {
    const grace = setTimeout(() => this.#cut(), graceMs);
    await this.#closed();
    clearTimeout(grace);
  }

  async close(): Promise<void> {
    const closed = this.#closed();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
