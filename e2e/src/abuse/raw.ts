import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A connection on which any bytes can be sent. */
export function dial(origin: string): Socket {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Far above what a busy machine takes: for replies after which the other side closes. */
const SILENCE_MS = 60_000;

/** Sends raw bytes; resolves to the reply when the other side closes or has been silent for `quietMs`. */
export function talk(origin: string, bytes: string | Buffer, quietMs = SILENCE_MS): Promise<string> {
  return new Promise((resolve) => {
    const socket = dial(origin);
    const chunks: Buffer[] = [];
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

/** Collects the received text. */
export function gather(client: Socket): () => string {
  const chunks: Buffer[] = [];
  client.on('data', (data: Buffer) => chunks.push(data));
  return () => Buffer.concat(chunks).toString();
}

/** Resident memory of a process, MiB. */
export function residentMib(pid: number): number {
  const kib = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** A server whose handling of each raw connection the test defines. */
export interface RawServer {
  readonly origin: string;
  close(): Promise<void>;
}

export async function startRaw(serve: (socket: Socket) => void): Promise<RawServer> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
