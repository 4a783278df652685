import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from '@modelcontextprotocol/client';

import { redirectedTo } from '../../mcp/client.ts';
import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';

/**
 * The client that the conformance suite starts with the URL of its server as last argument: lists everything, calls each tool and uses each
 * prompt and resource. The sidecar asks name servers, which do not know `localhost`. With `--through`, a sidecar is between them.
 */
const url = new URL((process.argv.at(-1) ?? '').replace('//localhost:', '//127.0.0.1:'));
const sidecar = process.argv.includes('--through') ? await between(url.host) : null;
const capabilities: ClientCapabilities = {
  elicitation: { form: { applyDefaults: true } },
  sampling: {},
  roots: {},
};
const client = new Client(
  { name: 'conformance', version: '1.0.0' },
  { capabilities, versionNegotiation: { mode: 'auto' } },
);
client.setRequestHandler('elicitation/create', () => ({
  action: 'accept',
  content: { name: 'Ann', confirmed: true },
}));
client.setRequestHandler('roots/list', () => ({ roots: [] }));
client.setRequestHandler('sampling/createMessage', () => ({
  model: 'm',
  role: 'assistant',
  content: { type: 'text', text: 'An answer.' },
}));
try {
  const options = sidecar === null ? {} : { fetch: redirectedTo(sidecar.outbound) };
  await client.connect(new StreamableHTTPClientTransport(url, options));
  const { tools } = await client.listTools();
  for (const { name, inputSchema } of tools)
    await attempt(() => client.callTool({ name, arguments: valuesOf(inputSchema) }));
  const { prompts = [], resources = [] } = {
    ...(await attempt(() => client.listPrompts())),
    ...(await attempt(() => client.listResources())),
  };
  for (const { name } of prompts) await attempt(() => client.getPrompt({ name }));
  for (const { uri } of resources) await attempt(() => client.readResource({ uri }));
} finally {
  await client.close();
  await sidecar?.stop();
}

function between(host: string): Promise<SidecarProcess> {
  const everything = "['*']";
  return startSidecar({
    upstreams: [],
    policy: `version: 1
action:
  mcp:
    - server: '${host}'
      tools: ${everything}
      resources: ${everything}
      prompts: ${everything}
      clientFeatures: [sampling, elicitation, roots]
`,
  });
}

/** What a server refuses is part of some scenarios. */
async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch {
    return null;
  }
}

/** A value of its type for each property of a schema. */
function valuesOf(schema: unknown): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, { readonly type?: string }>> };
  return Object.fromEntries(Object.entries(properties).map(([key, { type }]) => [key, valueOf(type)]));
}

function valueOf(type: string | undefined): unknown {
  if (type === 'number' || type === 'integer') return 3;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  return type === 'object' ? {} : 'text';
}
