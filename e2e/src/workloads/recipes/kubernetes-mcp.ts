import { createServer } from 'node:http';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

import { askKubernetes } from './kubernetes-api.ts';

/** Stands in for kubernetes-mcp-server, on the official SDK: four tools of its toolset `core`, against the cluster's own API. */
function pods(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function said(text: string): { content: { type: 'text'; text: string }[] } {
  console.log(text.slice(0, 100));
  return { content: [{ type: 'text', text }] };
}

function server(): McpServer {
  const mcp = new McpServer({ name: 'kubernetes-mcp-server', version: '0.0.66' });
  const inputSchema = { namespace: z.string(), name: z.string() };
  const listed = { namespace: z.string() };
  mcp.registerTool('pods_list_in_namespace', { inputSchema: listed }, async ({ namespace }) => {
    const { items } = JSON.parse(await askKubernetes('GET', pods(namespace))) as {
      readonly items: readonly { metadata: { name: string }; status: { phase: string } }[];
    };
    return said(items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`).join('\n'));
  });
  mcp.registerTool('pods_log', { inputSchema }, async ({ namespace, name }) =>
    said(await askKubernetes('GET', `${pods(namespace)}/${name}/log`)),
  );
  mcp.registerTool('pods_delete', { inputSchema }, async ({ namespace, name }) => {
    await askKubernetes('DELETE', `${pods(namespace)}/${name}?gracePeriodSeconds=0`);
    return said(`Pod ${name} deleted successfully`);
  });
  mcp.registerTool('pods_exec', { inputSchema }, () => said('uid=0(root)'));
  return mcp;
}

createServer((request, response) => {
  if (request.url === '/healthz') {
    response.end('ok');
    return;
  }
  // Without sessions: a server and a transport for each request.
  const transport = new StreamableHTTPServerTransport();
  server()
    .connect(transport)
    .then(() => transport.handleRequest(request, response))
    .catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
}).listen(8080, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
