import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it reached the scripted server. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Script = (seen: Seen, response: ServerResponse) => void;

/** A model server with scripted replies, which records its requests. */
export interface ScriptedUpstream {
  readonly origin: string;
  readonly seen: Seen[];
  script: Script;
  close(): Promise<void>;
}

export async function startUpstream(script: Script): Promise<ScriptedUpstream> {
  const seen: Seen[] = [];
  const state = { script };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(entry);
      state.script(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get script() {
      return state.script;
    },
    set script(next) {
      state.script = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Server-sent events; a string entry is sent as data unchanged. */
export function sse(
  response: ServerResponse,
  events: readonly (string | { readonly event?: string; readonly data: unknown })[],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const entry of events) {
    if (typeof entry === 'string') response.write(`data: ${entry}\n\n`);
    else
      response.write(
        `${entry.event === undefined ? '' : `event: ${entry.event}\n`}data: ${JSON.stringify(entry.data)}\n\n`,
      );
  }
  response.end();
}
