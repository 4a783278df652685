import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RenderedResponse } from '../dialect.ts';

/** A server on loopback that answers every request alike, for the official SDKs to talk to. */
export interface CannedServer extends AsyncDisposable {
  readonly url: string;
  /** How many requests came in: SDKs retry on their own. */
  readonly requests: () => number;
}

export async function serveCanned(
  answer: RenderedResponse,
  headers: Readonly<Record<string, string>> = {},
): Promise<CannedServer> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    request.resume().on('end', () => {
      response.writeHead(answer.status, { 'content-type': answer.contentType, ...headers });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => count,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
