import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

/** A real MCP server on the official SDK: Streamable HTTP at `/mcp`, HTTP with SSE at `/sse`. */
export interface RunningServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Every JSON-RPC body received. */
  readonly seen: string[];
  close(): Promise<void>;
}

export interface ServerSetup {
  /** Creates the server of one session. */
  readonly build: () => McpServer;
  /** Answers with JSON instead of a stream. */
  readonly json?: boolean;
}

export async function startMcpServer({ build, json = false }: ServerSetup): Promise<RunningServer> {
  const seen: string[] = [];
  const streamable = new Map<string, StreamableHTTPServerTransport>();
  const legacy = new Map<string, SSEServerTransport>();

  async function sessionOf(request: IncomingMessage): Promise<StreamableHTTPServerTransport> {
    const given = streamable.get(String(request.headers['mcp-session-id']));
    if (given !== undefined) return given;
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: json,
      onsessioninitialized: (id) => void streamable.set(id, transport),
    });
    await build().connect(transport);
    return transport;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://server');
    const body = await textOf(request);
    if (body !== '') seen.push(body);
    const parsed: unknown = body === '' ? undefined : JSON.parse(body);
    if (url.pathname === '/mcp') {
      await (await sessionOf(request)).handleRequest(request, response, parsed);
    } else if (url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      legacy.set(transport.sessionId, transport);
      await build().connect(transport);
    } else {
      const transport = legacy.get(url.searchParams.get('sessionId') ?? '');
      if (transport === undefined) response.writeHead(404).end();
      else await transport.handlePostMessage(request, response, parsed);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
