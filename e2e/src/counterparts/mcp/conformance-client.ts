import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type ClientCapabilities,
} from '@modelcontextprotocol/client';

import { redirectedTo } from '../../mcp/client.ts';
import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { Login, loginFor } from './login.ts';

/** What a policy lists for logins: where metadata is, and what authorization servers offer, at the paths of the suite. */
const LOGIN_ROUTES = [
  ...['GET /.well-known/*', 'GET /custom/metadata/location.json'],
  ...['', '/oauth', '/tenant1'].flatMap((prefix) => [
    `POST ${prefix}/register`,
    `GET ${prefix}/authorize`,
    `POST ${prefix}/token`,
  ]),
  ...['GET /tenant1/.well-known/*', 'GET /mismatched-as/*'],
];

/**
 * The client that the conformance suite starts with the URL of its server as last argument: lists everything, calls each tool and uses each
 * prompt and resource. In scenarios of authorization it logs in when asked to, and again for more scopes. With `--through`, a sidecar is between them.
 */
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const asksLogin = scenario.startsWith('auth/');
const named = new URL(process.argv.at(-1) ?? '');
const url = asksLogin ? named : byAddress(named);
const sidecar = process.argv.includes('--through') ? await between(url) : null;
const capabilities: ClientCapabilities = {
  elicitation: { form: { applyDefaults: true } },
  sampling: {},
  roots: {},
};
/** The sidecar asks name servers, which do not know `localhost`; the metadata of OAuth has to have the name. */
const reach: typeof fetch = sidecar === null ? fetch : redirectedTo(sidecar.outbound);
const send: typeof fetch = (input, init) =>
  reach(byAddress(new URL(input instanceof Request ? input.url : input)), init);
const login = asksLogin
  ? loginFor(
      scenario,
      JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Record<string, string>,
      send,
    )
  : null;
let transport = new StreamableHTTPClientTransport(url);
let client = connecting();
try {
  await loggedIn(async () => {
    client = connecting();
    transport = new StreamableHTTPClientTransport(url, {
      fetch: send,
      ...(login !== null && { authProvider: login }),
    });
    await client.connect(transport);
  });
  const { tools } = await loggedIn(() => client.listTools());
  for (const { name, inputSchema } of tools)
    await attempt(() => loggedIn(() => client.callTool({ name, arguments: valuesOf(inputSchema) })));
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

function connecting(): Client {
  const made = new Client(
    { name: 'conformance', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: 'auto' } },
  );
  made.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ann', confirmed: true },
  }));
  made.setRequestHandler('roots/list', () => ({ roots: [] }));
  made.setRequestHandler('sampling/createMessage', () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: 'An answer.' },
  }));
  return made;
}

/** Does `work`, and again after a login that it was refused for. A second refusal is final. */
async function loggedIn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const callback = login instanceof Login ? login.takeCallback() : null;
    if (!(error instanceof UnauthorizedError) || callback === null) throw error;
    await transport.finishAuth(callback);
    return work();
  }
}

function byAddress(address: URL): URL {
  return new URL(address.href.replace('//localhost:', '//127.0.0.1:'));
}

function between({ host, pathname }: URL): Promise<SidecarProcess> {
  const everything = ['*'];
  const server = {
    server: host.replace('localhost', '127.0.0.1'),
    paths: [pathname],
    tools: everything,
    resources: everything,
    prompts: everything,
    clientFeatures: ['sampling', 'elicitation', 'roots'],
  };
  // The last is where the login returns to.
  const hosts = asksLogin ? ['127.0.0.1:*', 'localhost:3000'] : [];
  const endpoints = { pass: asksLogin ? LOGIN_ROUTES : [] };
  return startSidecar({
    upstreams: [],
    policy: JSON.stringify({ version: 1, endpoints, action: { hosts, mcp: [server] } }),
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
