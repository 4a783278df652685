import { connect } from 'node:net';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { Agent, fetch as dispatch } from 'undici';

/** `fetch` with all connections to the sidecar, as with redirect: the URL still names the server. */
export function redirectedTo(outbound: string): typeof fetch {
  const { port } = new URL(outbound);
  const dispatcher = new Agent({
    connect: (_options, callback) => {
      const socket = connect({ host: '127.0.0.1', port: Number(port) });
      socket.once('connect', () => callback(null, socket));
      socket.once('error', (error) => callback(error, null));
    },
  });
  return async (input, init) => {
    const url = input instanceof Request ? input.url : input;
    const { status, headers, body } = await dispatch(url, { ...(init as object), dispatcher });
    // Copied: the package's own class is not the global one.
    return new Response(body as ReadableStream | null, { status, headers: [...headers] });
  };
}

interface Connecting {
  /** The outbound listener that connections are redirected to; absent: no redirection. */
  readonly outbound?: string;
  readonly capabilities?: ClientCapabilities;
  /** HTTP with SSE, of 2024-11-05. */
  readonly legacy?: boolean;
  readonly prepare?: (client: Client) => void;
}

/** A client of the official SDK, connected. */
export async function connectClient(
  url: string,
  { outbound, capabilities = {}, legacy = false, prepare }: Connecting,
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  prepare?.(client);
  const options = outbound === undefined ? {} : { fetch: redirectedTo(outbound) };
  const transport = legacy
    ? new SSEClientTransport(new URL(url), options)
    : new StreamableHTTPClientTransport(new URL(url), options);
  await client.connect(transport);
  return client;
}
