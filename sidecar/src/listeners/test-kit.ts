import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { LISTENER_DEFAULTS, type ListenerLimits } from '../http/limits.ts';

/** For slow clients alone: on a busy machine these times pass between two turns of the event loop, and a quick client seems slow. */
export const QUICK: ListenerLimits = {
  ...LISTENER_DEFAULTS,
  headersTimeoutMs: 300,
  requestTimeoutMs: 500,
  checkIntervalMs: 50,
  lingerMs: 200,
};

/** Sends raw bytes and returns everything received until the other side closes. */
export async function talk(port: number, ...writes: readonly (string | Buffer)[]): Promise<string> {
  const socket = dial(port);
  const reply = text(socket);
  for (const bytes of writes) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return reply;
}

export function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Everything that `socket` receives until it is closed. */
export function text(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Resolves as soon as the received text matches. */
export function until(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (pattern.test(received)) resolve(received);
    });
    socket.once('close', () => reject(new Error(`closed before ${String(pattern)}`)));
  });
}

export function statusOf(reply: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(reply)?.[1] ?? 0);
}

export interface TestServer {
  readonly port: number;
  readonly origin: string;
  readonly close: () => Promise<void>;
}

export async function listening(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export function startHttp(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<TestServer> {
  return listening(createServer(handler));
}
