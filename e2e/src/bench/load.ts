import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The result of a round of load. */
export interface Round {
  readonly exchanges: number;
  readonly seconds: number;
  /** From the request's first byte to the reply's last one, ms, unordered. */
  readonly latenciesMs: readonly number[];
}

const TERMINATOR = Buffer.from('0\r\n\r\n');

export interface Load {
  readonly port: number;
  /** The body of the exchange of this number. */
  readonly body: (index: number) => string;
  /** The number of the first exchange. */
  readonly first: number;
  readonly total: number;
  readonly connections: number;
  /** So many exchanges begin in a second, as far as there are idle connections. Absent: each begins when the one before it has ended. */
  readonly perSecond?: number;
  /** Lines that gateways need to find the model server, each `Name: value`. */
  readonly headers?: readonly string[];
}

/**
 * Sends `total` requests over `connections` keep-alive connections, one request at a time on each. Rejects at the first answer other than
 * 200. Parses only the end of a response, to cost next to nothing.
 */
export async function load({
  port,
  body,
  first,
  total,
  connections,
  perSecond = Infinity,
  headers = [],
}: Load): Promise<Round> {
  let index = first;
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    ...headers,
  ].join('\r\n');
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const request = async (): Promise<string | null> => {
    const at = index++ - first;
    if (at >= total) return null;
    const earlyMs = startedMs + (1000 * at) / perSecond - performance.now();
    if (earlyMs > 0) await sleep(earlyMs);
    const text = body(first + at);
    return `${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  };
  const took = (ms: number): void => void latenciesMs.push(ms);
  await Promise.all(Array.from({ length: connections }, () => drive(port, { request, took })));
  return { exchanges: total, seconds: (performance.now() - startedMs) / 1000, latenciesMs };
}

interface Driver {
  /** The next request. Null: all are sent. */
  readonly request: () => Promise<string | null>;
  readonly took: (ms: number) => void;
}

function drive(port: number, { request, took }: Driver): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let sentMs = 0;
    const next = async (): Promise<void> => {
      received = Buffer.alloc(0);
      const text = await request();
      if (text === null) {
        socket.destroy();
        resolve();
        return;
      }
      sentMs = performance.now();
      socket.write(text);
    };
    socket.once('connect', () => void next());
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('the connection was closed during a round')));
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = endOf(received);
      if (end === 'incomplete') return;
      if (end === 'complete') {
        took(performance.now() - sentMs);
        void next();
      } else reject(new Error(`the answer was ${end}`));
    });
  });
}

/** The end of a response: by its Content-Length, or by the last chunk. */
function endOf(received: Buffer): string {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return 'incomplete';
  const text = received.toString('latin1', 0, head);
  if (!text.startsWith('HTTP/1.1 200')) return received.toString('utf8', 0, 1000);
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  if (length !== undefined) return received.length >= head + 4 + Number(length) ? 'complete' : 'incomplete';
  return received.subarray(-TERMINATOR.length).equals(TERMINATOR) ? 'complete' : 'incomplete';
}
