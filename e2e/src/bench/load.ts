import { connect, type Socket } from 'node:net';

/** What a round of load came to. */
export interface Round {
  readonly exchanges: number;
  readonly seconds: number;
  /** From the request's first byte to the reply's last one, ms, in no order. */
  readonly latenciesMs: readonly number[];
}

const TERMINATOR = Buffer.from('0\r\n\r\n');

/**
 * Sends `total` requests over `connections` keep-alive connections, each with one request under way. Bounded in count; rejects at the
 * first answer that is not a 200. Reads just enough HTTP to find the end of a response, so that it costs next to nothing.
 */
export async function load(
  port: number,
  body: string,
  { total, connections }: { readonly total: number; readonly connections: number },
): Promise<Round> {
  const request = Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  let left = total;
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const took = (ms: number): void => void latenciesMs.push(ms);
  await Promise.all(
    Array.from({ length: connections }, () => drive(port, request, { more: () => left-- > 0, took })),
  );
  return { exchanges: total, seconds: (performance.now() - startedMs) / 1000, latenciesMs };
}

interface Driver {
  /** True: send one more. */
  readonly more: () => boolean;
  readonly took: (ms: number) => void;
}

function drive(port: number, request: Buffer, { more, took }: Driver): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let sentMs = 0;
    const next = (): void => {
      received = Buffer.alloc(0);
      if (more()) {
        sentMs = performance.now();
        socket.write(request);
      } else {
        socket.destroy();
        resolve();
      }
    };
    socket.once('connect', next);
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('the connection was closed during a round')));
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = endOf(received);
      if (end === 'incomplete') return;
      if (end === 'complete') {
        took(performance.now() - sentMs);
        next();
      } else reject(new Error(`the answer was ${end}`));
    });
  });
}

/** Whether a whole response has arrived: by its Content-Length, or by the last chunk. */
function endOf(received: Buffer): string {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return 'incomplete';
  const text = received.toString('latin1', 0, head);
  if (!text.startsWith('HTTP/1.1 200')) return text.slice(0, 40);
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  if (length !== undefined) return received.length >= head + 4 + Number(length) ? 'complete' : 'incomplete';
  return received.subarray(-TERMINATOR.length).equals(TERMINATOR) ? 'complete' : 'incomplete';
}
