import { createSocket } from 'node:dgram';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Executes attempts inside a container: a JSON array of attempts in, a JSON array of results on standard output. Attempts run sequentially.
 */
export type Attempt =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON unless it is a string. */
      readonly body?: unknown;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** Sends a datagram and waits for one. */
  | { readonly kind: 'udp'; readonly host: string; readonly port: number };

export interface CallOutcome {
  /** HTTP status, or 0. */
  readonly status: number;
  /** Body, or the bytes from the socket. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Node's code of the failure such as `ECONNREFUSED`, or `TIMEOUT`; null: an answer or a connection. */
  readonly failure: string | null;
}

const WAIT_MS = 2500;

function failed(failure: string): CallOutcome {
  return { status: 0, body: '', headers: {}, failure };
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

function overHttp(attempt: Extract<Attempt, { kind: 'http' }>): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const { body } = attempt;
    const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const outgoing = request(
      attempt.url,
      {
        method: attempt.method ?? (sent === null ? 'GET' : 'POST'),
        headers: { ...(sent === null ? {} : { 'content-type': 'application/json' }), ...attempt.headers },
        timeout: 10_000,
      },
      (response) => {
        text(response).then(
          (answer) =>
            resolve({
              status: response.statusCode ?? 0,
              body: answer,
              headers: Object.fromEntries(
                Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
              ),
              failure: null,
            }),
          (error: unknown) => resolve(failed(error instanceof Error ? codeOf(error) : 'unknown')),
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('TIMEOUT')));
    outgoing.on('error', (error) => resolve(failed(codeOf(error))));
    outgoing.end(sent ?? undefined);
  });
}

/** A connection alone proves little under redirect, so a line is sent, and the reply is kept. */
function overTcp({ host, port }: Extract<Attempt, { kind: 'tcp' }>): Promise<CallOutcome> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host, port });
    const end = (failure: string | null): void => {
      socket.destroy();
      resolve({ status: 0, body: answer, headers: {}, failure });
    };
    socket.setTimeout(WAIT_MS, () => end(answer === '' ? 'TIMEOUT' : null));
    socket.on('connect', () => socket.write('hello\r\n\r\n'));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', (error) => end(codeOf(error)));
    socket.on('close', () => end(null));
  });
}

function overUdp({ host, port }: Extract<Attempt, { kind: 'udp' }>): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (outcome: CallOutcome): void => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => end(failed('TIMEOUT')), WAIT_MS);
    socket.on('message', (message) =>
      end({ status: 0, body: message.toString(), headers: {}, failure: null }),
    );
    socket.on('error', (error) => end(failed(codeOf(error))));
    socket.send('hello', port, host, (error) => {
      if (error !== null) end(failed(codeOf(error)));
    });
  });
}

function attemptOne(attempt: Attempt): Promise<CallOutcome> {
  switch (attempt.kind) {
    case 'http':
      return overHttp(attempt);
    case 'tcp':
      return overTcp(attempt);
    case 'udp':
      return overUdp(attempt);
  }
}

/** @param json an array of attempts */
export async function answerAttempts(json: string): Promise<void> {
  const attempts = JSON.parse(json) as readonly Attempt[];
  const outcomes: CallOutcome[] = [];
  for (const attempt of attempts) outcomes.push(await attemptOne(attempt));
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
}
