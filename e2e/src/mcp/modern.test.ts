import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { INJECTION, SECRET } from '../sdk/policy.ts';
import { redirectedTo } from './client.ts';
import { said, startModernServer, traits, type ModernServer } from './modern-server.ts';

function policy(host: string, features: string): string {
  return `version: 1
action:
  mcp:
    - server: "${host}"
      tools: [echo, elicits, samples, { name: mail, arguments: "args.to.endsWith('@example.com')" }]
      resources: ["note://*"]
      clientFeatures: ${features}
egress: { pii: { action: redact, entities: [IBAN, EMAIL] } }
`;
}

interface Connecting {
  readonly mode?: 'auto' | { readonly pin: string };
  readonly answer?: string;
}

describe.each([
  ['speaks 2026-07-28 alone', false],
  ['speaks earlier revisions too', true],
])('a server that %s, with the official client', (_name, legacy) => {
  let upstream: ModernServer;
  let sidecar: SidecarProcess;
  const clients: Client[] = [];

  async function open({ mode = 'auto', answer = 'Ann' }: Connecting = {}): Promise<Client> {
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { capabilities: { elicitation: {}, sampling: {} }, versionNegotiation: { mode } },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: answer } }));
    client.setRequestHandler('sampling/createMessage', () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: answer },
    }));
    const url = new URL(`http://${upstream.host}/mcp`);
    await client.connect(new StreamableHTTPClientTransport(url, { fetch: redirectedTo(sidecar.outbound) }));
    clients.push(client);
    return client;
  }
  const call = (client: Client, name: string, args: Record<string, unknown> = {}): Promise<unknown> =>
    client.callTool({ name, arguments: args });
  async function refused(run: Promise<unknown>): Promise<unknown> {
    const error = await run.then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(ProtocolError);
    return ((error as ProtocolError).data as { code: string }).code;
  }

  beforeAll(async () => {
    traits.note = INJECTION;
    upstream = await startModernServer(legacy);
    sidecar = await startSidecar({ upstreams: [], policy: policy(upstream.host, '[elicitation]') });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('is spoken to in 2026-07-28', async () => {
    const client = await open();
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(client.getInstructions()).toBe('A server for tests.');
    expect(await call(client, 'echo', { words: 'Grüße 🔥' })).toMatchObject(said('Grüße 🔥'));
    expect(await client.readResource({ uri: 'note://one' })).toMatchObject({
      contents: [{ text: 'A note.' }],
    });
  });

  it('gets no request that policy does not list', async () => {
    const client = await open();
    upstream.seen.length = 0;
    expect(await refused(call(client, 'danger', { words: 'x' }))).toBe('tool_not_allowed');
    expect(await refused(client.readResource({ uri: 'secret://two' }))).toBe('tool_not_allowed');
    expect(await refused(call(client, 'echo', { words: `key ${SECRET}` }))).toBe('secret_detected');
    expect(upstream.seen).toEqual([]);
  });

  it('shows listed parts only, and no injection', async () => {
    const client = await open();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'mail', 'elicits', 'samples']);
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'note://one',
      'note://bad',
    ]);
    expect(await refused(call(client, 'echo', { words: INJECTION }))).toBe('injection_detected');
    expect(await refused(client.readResource({ uri: 'note://bad' }))).toBe('injection_detected');
  });

  it('gets redacted arguments, also in headers that repeat them', async () => {
    const client = await open();
    await client.listTools();
    upstream.seen.length = 0;
    expect(await call(client, 'mail', { to: 'ann@example.com', words: 'x' })).toMatchObject(
      said('sent to [EMAIL]'),
    );
    const [head = ''] = upstream.seen;
    expect(head).toContain('"mcp-param-to":"[EMAIL]"');
    expect(upstream.seen.join('\n')).not.toContain('ann@');
  });

  it('may elicit where policy lists it, and not sample', async () => {
    const client = await open();
    expect(await call(client, 'elicits', { words: 'Who are you?' })).toMatchObject({
      content: [{ text: expect.stringContaining('Ann') as string }],
    });
    expect(await refused(call(client, 'elicits', { words: INJECTION }))).toBe('injection_detected');
    upstream.seen.length = 0;
    // The sidecar takes the capability away, so that the server does not even try.
    await expect(call(client, 'samples', { words: 'What?' })).rejects.toThrow();
    expect(upstream.seen.join('\n')).not.toContain('"sampling"');
  });

  it('does not get a secret in the answer to what it asked', async () => {
    const client = await open({ answer: SECRET });
    upstream.seen.length = 0;
    expect(await refused(call(client, 'elicits', { words: 'Who are you?' }))).toBe('secret_detected');
    expect(upstream.seen.join('\n')).not.toContain(SECRET);
  });

  it('tells of changes on a subscription', async () => {
    const client = await open();
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler('notifications/tools/list_changed', () => resolve()),
    );
    const subscription = await client.listen({ toolsListChanged: true });
    upstream.notify.toolsChanged();
    await changed;
    await subscription.close();
    expect(await refused(client.listen({ resourceSubscriptions: ['secret://two'] }))).toBe(
      'tool_not_allowed',
    );
  });

  it('cannot change a tool that a client has cached', async () => {
    const first = await open();
    await first.listTools();
    const { description } = traits;
    traits.description = 'Says something else.';
    try {
      // Fresh for an hour: the client does not ask again.
      expect((await first.listTools()).tools.map(({ name }) => name)).toContain('echo');
      const second = await open();
      expect((await second.listTools()).tools.map(({ name }) => name)).not.toContain('echo');
      expect(await refused(call(first, 'echo', { words: 'x' }))).toBe('tool_changed');
    } finally {
      traits.description = description;
    }
    expect((await (await open()).listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call(first, 'echo', { words: 'x' })).toMatchObject(said('x'));
  });

  it('is on the record by methods and revision', async () => {
    const client = await open();
    await call(client, 'echo', { words: 'x' });
    const { mcp } = auditLines(sidecar.auditDir).findLast(({ kind }) => kind === 'egress') ?? {};
    expect(mcp).toEqual({ methods: ['tools/call'], version: '2026-07-28' });
  });
});
