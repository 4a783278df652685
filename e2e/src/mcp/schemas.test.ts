import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { connectClient, redirectedTo } from './client.ts';
import { startModernServer } from './modern-server.ts';
import { startMcpServer, type RunningServer } from './server.ts';

/** What these tests need of the clients of both generations of the official SDK. */
interface ToolClient {
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** The end of a call, in one word of ours or the server's. */
async function endOf(client: ToolClient, args: Record<string, unknown>): Promise<string> {
  try {
    return JSON.stringify(await client.callTool({ name: 'echo', arguments: args }));
  } catch (error) {
    return (error as Error).message;
  }
}

const NOT_LISTED = 'its server has not listed it here yet';
const DOES_NOT_FIT = 'its arguments do not fit the schema of the tool';

function build(): McpServer {
  const mcp = new McpServer({ name: 'workload', version: '1.0.0' });
  mcp.registerTool('echo', { inputSchema: { words: z.string().max(8) } }, ({ words }) => ({
    content: [{ type: 'text', text: words }],
  }));
  mcp.registerTool('bare', {}, () => ({ content: [] }));
  return mcp;
}

async function modern(url: string, outbound: string): Promise<ToolClient> {
  const client = new ModernClient(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const options = outbound === '' ? {} : { fetch: redirectedTo(outbound) };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), options));
  return client;
}

describe.each([
  ['with sessions', () => startMcpServer({ build }), false],
  ['with sessions, in whole replies', () => startMcpServer({ build, json: true }), false],
  ['of 2026-07-28, without sessions', () => startModernServer(false), true],
] as const)('arguments that must fit what the server lists, at a server %s', (_name, start, isModern) => {
  let server: Pick<RunningServer, 'host' | 'seen' | 'close'>;
  let sidecar: SidecarProcess | null = null;
  const clients: ToolClient[] = [];

  /** A sidecar that has seen no list: `own` in front of the server, else between a client and it. */
  async function open(isOwn: boolean): Promise<() => Promise<ToolClient>> {
    const tools = 'tools: [{ name: echo, schema: offered }, { name: bare }]';
    const policy = isOwn
      ? `version: 1\nendpoints: { mcp: [/mcp] }\naction: { ${tools} }\n`
      : `version: 1\naction: { mcp: [{ server: "${server.host}", ${tools} }] }\n`;
    const started = await startSidecar({ upstreams: isOwn ? [`http://${server.host}`] : [], policy });
    sidecar = started;
    const url = isOwn ? `${started.inbound[0] ?? ''}/mcp` : `http://${server.host}/mcp`;
    const outbound = isOwn ? '' : started.outbound;
    return async () => {
      const client = isModern
        ? await modern(url, outbound)
        : await connectClient(url, outbound === '' ? {} : { outbound });
      clients.push(client);
      return client;
    };
  }

  beforeAll(async () => {
    server = await start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await sidecar?.stop();
    sidecar = null;
  });
  afterAll(() => server.close());

  it.each([
    ['of the workload', true],
    ['that policy lists', false],
  ])('of a tool %s', async (_whose, isOwn) => {
    const connect = await open(isOwn);
    const client = await connect();
    server.seen.length = 0;
    expect(await endOf(client, { words: 'hello' })).toContain(NOT_LISTED);
    expect(server.seen.filter((body) => body.includes('tools/call'))).toEqual([]);
    await client.listTools();
    expect(await endOf(client, { words: 'hello' })).toContain('"text":"hello"');
    // A schema is the server's, not the session's: another client need not list first.
    const other = await connect();
    expect(await endOf(other, { words: 'hello' })).toContain('"text":"hello"');
    server.seen.length = 0;
    for (const args of [{ words: 1 }, {}, { Words: 'hello' }])
      expect(await endOf(client, args)).toContain(DOES_NOT_FIT);
    expect(server.seen.filter((body) => body.includes('tools/call'))).toEqual([]);
  });
});
