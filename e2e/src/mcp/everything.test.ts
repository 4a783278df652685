import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CreateMessageRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';

import { freePort } from '../process/free-port.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { connectClient } from './client.ts';

const SERVER = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));

/** The reference server of the protocol, which numbers its events and uses every feature. */
describe('the reference server "everything", with the official client', () => {
  let server: ChildProcess;
  let sidecar: SidecarProcess;
  let client: Client;
  let url = '';

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/mcp`;
    server = spawn(process.execPath, [SERVER, 'streamableHttp'], {
      env: { PATH: process.env['PATH'], PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`the server ended with ${code ?? 'a signal'}`)));
      if (server.stderr !== null)
        createInterface({ input: server.stderr }).on('line', (line) => {
          if (line.includes('listening')) resolve();
        });
    });
    sidecar = await startSidecar({
      upstreams: [],
      policy: `version: 1
action:
  mcp:
    - server: "127.0.0.1:${port}"
      paths: [/mcp]
      tools:
        - echo
        - get-sum
        - get-tiny-image
        - get-structured-content
        - get-annotated-message
        - get-resource-links
        - trigger-long-running-operation
        - trigger-sampling-request
      resources: ["demo://*"]
      prompts: ["*"]
      clientFeatures: [sampling]
`,
    });
    client = await connectClient(url, {
      outbound: sidecar.outbound,
      capabilities: { sampling: {}, roots: {} },
      prepare: (made) =>
        made.setRequestHandler(CreateMessageRequestSchema, () => ({
          model: 'm',
          role: 'assistant',
          content: { type: 'text', text: 'An answer.' },
        })),
    });
  });
  afterAll(async () => {
    await client.close();
    await sidecar.stop();
    server.kill();
  });

  it('lists only listed tools', async () => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('echo');
    expect(names).not.toContain('get-env');
    await expect(client.callTool({ name: 'get-env', arguments: {} })).rejects.toBeInstanceOf(McpError);
  });

  it('refuses a picture, by ingress.media', async () => {
    await expect(client.callTool({ name: 'get-tiny-image', arguments: {} })).rejects.toMatchObject({
      data: { code: 'content_refused' },
    });
  });

  it('calls, reads, completes, reports progress and asks the model', async () => {
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({
      content: [{ text: expect.stringContaining('hi') as string }],
    });
    expect(await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } })).toMatchObject({
      content: [{ text: expect.stringContaining('5') as string }],
    });
    expect(
      await client.callTool({ name: 'get-structured-content', arguments: { location: 'Chicago' } }),
    ).toHaveProperty('structuredContent');
    expect(await client.callTool({ name: 'get-resource-links', arguments: {} })).toHaveProperty('content');
    const heard: number[] = [];
    await client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 } },
      undefined,
      {
        onprogress: (each) => heard.push(each.progress),
      },
    );
    expect(heard.length).toBeGreaterThan(1);
    expect(
      await client.callTool({
        name: 'trigger-sampling-request',
        arguments: { prompt: 'What?', maxTokens: 10 },
      }),
    ).toMatchObject({ content: [{ text: expect.stringContaining('An answer.') as string }] });
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
    const { resources } = await client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    expect(await client.readResource({ uri: resources[0]?.uri ?? '' })).toHaveProperty('contents');
    expect((await client.listResourceTemplates()).resourceTemplates.length).toBeGreaterThan(0);
  });
});
