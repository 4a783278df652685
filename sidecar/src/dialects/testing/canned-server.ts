import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RenderedResponse } from '../dialect.ts';

/** A server on loopback, for the official SDKs to talk to. */
export interface CannedServer extends AsyncDisposable {
  readonly url: string;
  /** Number of requests: SDKs retry on their own. */
  readonly requests: () => number;
}

/** `answer`: one for every request, or a function of its body. */
export async function serveCanned(
  answer: RenderedResponse | ((body: string) => RenderedResponse),
  headers: Readonly<Record<string, string>> = {},
): Promise<CannedServer> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    let asked = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (asked += chunk));
    request.on('end', () => {
      const { status, contentType, body } = typeof answer === 'function' ? answer(asked) : answer;
      response.writeHead(status, { 'content-type': contentType, ...headers });
      response.end(body);
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
