import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  inputRequired,
  type CallToolResult,
  McpServer,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

/** A server on the second generation of the official SDK, at `/mcp`. */
export interface ModernServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Heads and bodies received, a text for each request. */
  readonly seen: string[];
  /** Tells subscribers that its tools changed. */
  readonly notify: McpHttpHandler['notify'];
  close(): Promise<void>;
}

/** What the server is like; tests change it. */
export const traits = { description: 'Says it again.', instructions: 'A server for tests.', note: '' };

export function said(...parts: readonly string[]): CallToolResult {
  return { content: parts.map((part) => ({ type: 'text', text: part })) };
}

function build(): McpServer {
  const mcp = new McpServer(
    { name: 'under-test', version: '1.0.0' },
    {
      instructions: traits.instructions,
      cacheHints: { 'tools/list': { ttlMs: 3_600_000, cacheScope: 'private' } },
    },
  );
  const words = { inputSchema: z.object({ words: z.string() }) };
  mcp.registerTool('echo', { description: traits.description, ...words }, ({ words }) => said(words));
  mcp.registerTool('danger', words, () => said('done'));
  mcp.registerTool(
    'mail',
    { inputSchema: z.object({ to: z.string().meta({ 'x-mcp-header': 'To' }), words: z.string() }) },
    ({ to }) => said(`sent to ${to}`),
  );
  mcp.registerTool('elicits', words, ({ words }, context) => {
    const answers = context.mcpReq.inputResponses;
    if (answers !== undefined) return said(`answered ${JSON.stringify(answers)}`);
    return inputRequired({
      inputRequests: {
        who: inputRequired.elicit({
          message: words,
          requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        }),
      },
    });
  });
  mcp.registerTool('samples', words, ({ words }, context) => {
    const answers = context.mcpReq.inputResponses;
    if (answers !== undefined) return said(`answered ${JSON.stringify(answers)}`);
    return inputRequired({
      inputRequests: {
        model: inputRequired.createMessage({
          messages: [{ role: 'user', content: { type: 'text', text: words } }],
          maxTokens: 10,
        }),
      },
    });
  });
  mcp.registerResource('note', 'note://one', {}, () => ({
    contents: [{ uri: 'note://one', text: 'A note.' }],
  }));
  mcp.registerResource('bad', 'note://bad', {}, () => ({
    contents: [{ uri: 'note://bad', text: traits.note }],
  }));
  mcp.registerResource('other', 'secret://two', {}, () => ({
    contents: [{ uri: 'secret://two', text: 'No.' }],
  }));
  return mcp;
}

/** `legacy`: serves clients of earlier revisions too. */
export async function startModernServer(legacy: boolean): Promise<ModernServer> {
  const seen: string[] = [];
  const handler = createMcpHandler(build, { legacy: legacy ? 'stateless' : 'reject', keepAliveMs: 0 });
  const handle = toNodeHandler(handler);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      seen.push(`${JSON.stringify(request.headers)} ${body}`);
      void handle(
        request as Parameters<typeof handle>[0],
        response,
        body === '' ? undefined : JSON.parse(body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    notify: handler.notify,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
