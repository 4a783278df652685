import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CreateMessageRequestSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

import { connectClient } from '../mcp/client.ts';
import { startMcpServer, type RunningServer } from '../mcp/server.ts';
import { until } from '../process/until.ts';
import { Watched } from './shape.ts';

function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] };
}

function build(): McpServer {
  const mcp = new McpServer({ name: 'under-test', version: '1.0.0' });
  mcp.registerTool('get_weather', {}, () => text('Sunny.'));
  mcp.registerTool('send_email', { inputSchema: { to: z.string() } }, () => text('Sent.'));
  mcp.registerTool('save_memory', {}, () => text('Kept.'));
  mcp.registerTool('search_docs', {}, () => text('A shelter.'));
  mcp.registerTool('zap', {}, () => text('Done.'));
  mcp.registerTool('contact', {}, () => text('Write to ada.byron@customers.example.net.'));
  mcp.registerTool('asks', {}, async () => {
    await mcp.server.createMessage({
      ...{ messages: [{ role: 'user', content: { type: 'text', text: 'What is a tent?' } }], maxTokens: 9 },
    });
    return text('Done.');
  });
  mcp.registerResource('note', 'note://one', {}, () => ({
    contents: [{ uri: 'note://one', text: 'A note.' }],
  }));
  mcp.registerPrompt('greet', {}, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Greet them.' } }],
  }));
  return mcp;
}

const ALWAYS = ['mcp', 'outbound'];
const CALLED = ['tool_called', 'tool_result', ...ALWAYS];

describe('the four conditions, of MCP as the official client speaks it', () => {
  let server: RunningServer;
  let watched: Watched;
  let client: Client;

  beforeAll(async () => {
    server = await startMcpServer({ build, json: true });
    watched = await Watched.start(server.host);
    client = await connectClient(`http://${server.host}/mcp`, {
      outbound: watched.reach.outbound,
      capabilities: { sampling: {} },
      prepare: (made) =>
        made.setRequestHandler(CreateMessageRequestSchema, () => ({
          ...{
            model: 'm',
            role: 'assistant' as const,
            content: { type: 'text' as const, text: 'A shelter.' },
          },
        })),
    });
    await watched.sight();
  });
  afterAll(async () => {
    await client.close();
    await watched.stop();
    await server.close();
  });

  it.each<[string, (client: Client) => Promise<unknown>, readonly string[], (readonly string[])?]>([
    [
      'a tool that acts outside',
      (to) => to.callTool({ name: 'send_email', arguments: { to: 'Ann' } }),
      [...CALLED, 'acting_tool'],
    ],
    ['a tool for memory', (to) => to.callTool({ name: 'save_memory' }), ['memory_tool', ...CALLED]],
    ['a tool for documents', (to) => to.callTool({ name: 'search_docs' }), ['retrieval', ...CALLED]],
    ['a tool that says nothing of itself', (to) => to.callTool({ name: 'zap' }), CALLED, ['tools_unknown']],
    ['a tool that reads', (to) => to.callTool({ name: 'get_weather' }), CALLED],
    [
      'personal data',
      (to) => to.callTool({ name: 'contact' }),
      ['personal_data', ...CALLED],
      ['tools_unknown'],
    ],
    ['a server that asks the model', (to) => to.callTool({ name: 'asks' }), CALLED, ['tools_unknown']],
    ['the list of tools', (to) => to.listTools(), ALWAYS],
    ['a resource', (to) => to.readResource({ uri: 'note://one' }), ['retrieval', ...ALWAYS]],
    ['a prompt', (to) => to.getPrompt({ name: 'greet' }), ALWAYS],
  ])('%s', async (_name, ask, breaks, blind = []) => {
    await ask(client);
    const [seen, unseen] = [new Set<string>(), new Set<string>()];
    // The client keeps a stream open, so that no exchange is known to be the last.
    await until(
      breaks.join(', '),
      async () => {
        const sight = await watched.sight();
        for (const reason of sight.breaks) seen.add(reason);
        for (const reason of sight.blind) unseen.add(reason);
        return [...seen];
      },
      (all) => breaks.every((reason) => all.includes(reason)),
    );
    expect([...seen].sort()).toEqual([...breaks].sort());
    expect([...unseen]).toEqual(blind);
  });
});
