import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { EMAIL, INJECTION, SECRET } from '../sdk/policy.ts';
import { connectClient } from './client.ts';
import { startMcpServer, type RunningServer } from './server.ts';

function build(): McpServer {
  const mcp = new McpServer({ name: 'workload', version: '1.0.0' });
  mcp.registerTool('search', { inputSchema: { words: z.string() } }, ({ words }) => ({
    content: [{ type: 'text', text: words === 'key' ? SECRET : `${words}: ask ${EMAIL}` }],
  }));
  mcp.registerTool('delete', {}, () => ({ content: [] }));
  return mcp;
}

function policy(mode: string): string {
  return `version: 1
mode: ${mode}
endpoints: { mcp: [/mcp] }
egress: { pii: { action: redact }, secrets: { action: block } }
action: { tools: [{ name: search, arguments: "args.words != 'no'" }] }
`;
}

describe('a workload that is an MCP server', () => {
  let workload: RunningServer;
  let sidecar: SidecarProcess;
  let watching: SidecarProcess;
  const clients: Client[] = [];
  const open = async (origin = sidecar.inbound[0] ?? ''): Promise<Client> => {
    const client = await connectClient(`${origin}/mcp`, {});
    clients.push(client);
    return client;
  };
  const search = (client: Client, words: string): Promise<unknown> =>
    client.callTool({ name: 'search', arguments: { words } });

  beforeAll(async () => {
    workload = await startMcpServer({ build });
    const upstreams = [`http://${workload.host}`];
    sidecar = await startSidecar({ upstreams, policy: policy('enforce') });
    watching = await startSidecar({ upstreams, policy: policy('observe') });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await sidecar.stop();
    await watching.stop();
    await workload.close();
  });

  it('refuses unlisted tools and injections of callers', async () => {
    const client = await open();
    workload.seen.length = 0;
    await expect(client.callTool({ name: 'delete', arguments: {} })).rejects.toBeInstanceOf(McpError);
    await expect(search(client, 'no')).rejects.toMatchObject({ data: { code: 'tool_not_allowed' } });
    await expect(search(client, INJECTION)).rejects.toMatchObject({ data: { code: 'injection_detected' } });
    expect(workload.seen).toEqual([]);
  });

  it('lets nothing leave that egress refuses', async () => {
    const client = await open();
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['search']);
    expect(await search(client, 'harbour')).toMatchObject({ content: [{ text: 'harbour: ask [EMAIL]' }] });
    await expect(search(client, 'key')).rejects.toMatchObject({ data: { code: 'secret_detected' } });
  });

  it('is not reached on other paths, and variants of its own', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    for (const path of ['/other', '/mcp/', '/MCP', '/%6dcp']) {
      const answer = await fetch(`${sidecar.inbound[0] ?? ''}${path}`, { method: 'POST', body });
      expect(answer.status).toBe(404);
    }
  });

  it('observes and changes nothing', async () => {
    const client = await open(watching.inbound[0]);
    expect((await client.listTools()).tools).toHaveLength(2);
    expect(await search(client, 'key')).toMatchObject({ content: [{ text: SECRET }] });
    expect(await client.callTool({ name: 'delete', arguments: {} })).toEqual({ content: [] });
    const rules = new Set(auditLines(watching.auditDir).flatMap((line) => line.hits.map(({ rule }) => rule)));
    expect([...rules]).toEqual(expect.arrayContaining(['mcp.tool-not-listed', 'tool.not-listed']));
    expect(auditLines(watching.auditDir).filter(({ verdict }) => verdict === 'block')).toEqual([]);
  });
});
