import { createHash } from 'node:crypto';
import { closeSync, constants, mkdtempSync, openSync, rmSync, write, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Pool, type Dispatcher } from 'undici';

import { serveMeasured } from './measured.ts';

/**
 * What a proxy with the duties of the sidecar pays at least: it reads both messages whole, parses their JSON, and makes a chained record of each durable before it passes it on. It
 * looks for nothing, has no policy, and no limits: not fit for use. Prints its port; answers like the bare proxy.
 */
const pool = new Pool(process.argv[2] ?? '', { connections: 256, pipelining: 1 });
const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-floor-'));
const RESERVE = Buffer.alloc(1024 * 1024);
const file = openSync(
  join(folder, 'record'),
  constants.O_CREAT | constants.O_WRONLY | constants.O_DSYNC,
  0o600,
);
writeSync(file, RESERVE, 0, RESERVE.length, 0);

let end = 0;
let lines = '';
let head = '';
let waiting: (() => void)[] = [];
let isWriting = false;

/** What has arrived is written at once; what arrives meanwhile waits for the write. Begins anew where the reserve ends: a disk does the same work for it. */
function flush(): void {
  if (isWriting || lines === '') return;
  isWriting = true;
  const [data, durable] = [Buffer.from(lines), waiting];
  [lines, waiting] = ['', []];
  if (end + data.length > RESERVE.length) end = 0;
  write(file, data, 0, data.length, end, (fault) => {
    if (fault !== null) throw fault;
    end += data.length;
    isWriting = false;
    for (const resolve of durable) resolve();
    setImmediate(flush);
  });
}

/** Resolves when a line about the message is durable. */
function record(kind: string, facts: Readonly<Record<string, unknown>>, body: Buffer): Promise<void> {
  const line = JSON.stringify({
    at: new Date().toISOString(),
    kind,
    ...facts,
    previous: head,
    body: createHash('sha256').update(body).digest('base64url'),
  });
  head = createHash('sha256').update(line).digest('base64url');
  lines += `${line}\n`;
  if (!isWriting) setImmediate(flush);
  return new Promise((resolve) => waiting.push(resolve));
}

function whole(request: IncomingMessage, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => then(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
}

/** Passes the reply on when its record is durable. */
class Reply implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {
    // Nothing is needed of it.
  }

  onResponseStart(
    _: unknown,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks);
    const { usage } = JSON.parse(body.toString()) as { readonly usage?: unknown };
    void record('egress', { status: this.#status, usage }, body).then(() => {
      const type = this.#headers['content-type'] ?? 'application/json';
      this.#response.writeHead(this.#status, { 'content-type': type, 'content-length': body.length });
      this.#response.end(body);
    });
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

const server = createServer((request, response) => {
  whole(request, (body) => {
    const { model } = JSON.parse(body.toString()) as { readonly model?: unknown };
    const headers = { ...request.headers, host: undefined, connection: undefined };
    const sent = { path: request.url ?? '/', method: 'POST' as const, headers, body };
    void record('ingress', { model, path: sent.path }, body).then(() =>
      pool.dispatch(sent, new Reply(response)),
    );
  });
});
serveMeasured(server);
process.on('exit', () => {
  closeSync(file);
  rmSync(folder, { recursive: true });
});
