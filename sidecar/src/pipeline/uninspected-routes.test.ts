import type { RequestListener } from 'node:http';

import { Live, policyOf, send, type Sent } from './test-kit.ts';
import { CHAT } from './testing/samples.ts';

const APP = 'https://app.example';

async function asked(policy: string, answer: RequestListener, ...sent: readonly Sent[]) {
  const live = await new Live({ policy: policyOf(policy) }).start();
  const seen: string[] = [];
  live.answer = (request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  };
  const got = [];
  for (const each of sent) got.push(await send(live.port, each));
  await live.close();
  return { seen, got };
}

const allowApp: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(request.method === 'OPTIONS' ? 204 : 200, {
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'POST',
  });
  response.end();
};

describe('preflights of browsers', () => {
  const preflight: Sent = {
    method: 'OPTIONS',
    path: CHAT.path,
    headers: { origin: APP, 'access-control-request-method': 'POST' },
  };
  const refused: Sent = {
    path: CHAT.path,
    headers: { origin: APP, 'content-type': 'application/json' },
    body: '{',
  };

  it('of a guarded route are answered by the server, and refusals repeat its headers', async () => {
    const { seen, got } = await asked('', allowApp, preflight, refused);
    expect(seen).toEqual([`OPTIONS ${CHAT.path}`]);
    expect(got[0]).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': APP } });
    expect(got[1]).toMatchObject({ status: 400, headers: { 'access-control-allow-origin': APP } });
  });

  it.each<[string, Partial<Sent>]>([
    ['an unlisted route', { path: '/v1/images' }],
    ['a method that is not asked for', { headers: { origin: APP } }],
    ['no origin', { headers: { 'access-control-request-method': 'POST' } }],
    ['a method that has no way', { headers: { origin: APP, 'access-control-request-method': 'PUT' } }],
  ])('are refused for %s', async (_name, change) => {
    const { seen, got } = await asked('', allowApp, { ...preflight, ...change });
    expect([seen, got[0]?.status]).toEqual([[], 404]);
    expect(got[0]?.body).toMatch(/endpoints\./);
  });
});

describe('routes without inspection', () => {
  it.each([
    ['HEAD follows GET', '', 'HEAD', '/health', 200],
    ['HEAD follows an entry for GET', 'endpoints: { pass: ["GET /a"] }', 'HEAD', '/a', 200],
    ['HEAD does not follow POST', 'endpoints: { pass: ["POST /a"] }', 'HEAD', '/a', 404],
    ['HEAD of a guarded route', '', 'HEAD', CHAT.path, 404],
    ['an escaped slash', 'endpoints: { pass: ["GET /v2/models/a%2Fb"] }', 'GET', '/v2/models/a%2Fb', 200],
    ['an escaped slash in another case', 'endpoints: { pass: ["GET /a%2Fb"] }', 'GET', '/a%2fb', 404],
    ['a plain slash for it', 'endpoints: { pass: ["GET /a%2Fb"] }', 'GET', '/a/b', 404],
    ['an escape below a prefix', 'endpoints: { pass: ["GET /a/*"] }', 'GET', '/a/b%2Fc', 404],
  ])('%s', async (_name, policy, method, path, status) => {
    const { seen, got } = await asked(policy, (_request, response) => void response.end(), { method, path });
    expect(got[0]?.status).toBe(status);
    expect(seen).toEqual(status === 200 ? [`${method} ${path}`] : []);
  });
});

describe('A2A', () => {
  const request = {
    jsonrpc: '2.0',
    id: 1,
    method: 'SendMessage',
    params: { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] } },
  };
  const json = { 'content-type': 'application/json' };
  const sent = (path: string, headers: Readonly<Record<string, string>>): Sent => ({
    path,
    headers: { ...json, ...headers },
    body: JSON.stringify(request),
  });

  it.each<[string, Sent]>([
    ['the card', { method: 'GET', path: '/.well-known/agent-card.json' }],
    ['the card of 0.2', { method: 'GET', path: '/desk/.well-known/agent.json' }],
    ['a call', sent('/a2a', { 'a2a-version': '1.0' })],
    ['a call of an extension', sent('/a2a', { 'a2a-extensions': 'https://example.com/e/v1' })],
    ['HTTP+JSON', sent('/message:send', {})],
    ['HTTP+JSON of a tenant', sent('/desk/message:stream', {})],
  ])('is refused by name: %s', async (_name, each) => {
    const { seen, got } = await asked('', (_request, response) => void response.end(), each);
    expect([seen, got[0]?.status]).toEqual([[], 404]);
    expect(got[0]?.body).toMatch(/this is A2A .* not inspected; endpoints\.pass /);
  });

  it.each<[string, Sent, string, RegExp]>([
    [
      'at the root, where TGI has an API',
      sent('/', { 'a2a-version': '1.0' }),
      '',
      /one of inputs, text, prompt is required; endpoints\.pass: \['POST \/'\] lets [^.]* unread(?!.*No policy key)/,
    ],
    ['of 0.3, which has no header', sent('/a2a', {}), '', /endpoints\.pass/],
    ['where policy expects MCP', sent('/a2a', {}), 'endpoints: { mcp: [/a2a] }', /unknown method/],
  ])('does not pass %s', async (_name, each, policy, reason) => {
    const { seen, got } = await asked(policy, (_request, response) => void response.end(), each);
    expect(seen).toEqual([]);
    expect(got[0]?.body).toMatch(reason);
  });

  it('passes where policy lists its routes', async () => {
    const policy = "endpoints: { pass: ['POST /a2a', 'GET /.well-known/agent-card.json'] }";
    const card: Sent = { method: 'GET', path: '/.well-known/agent-card.json' };
    const { seen } = await asked(
      policy,
      (_request, response) => void response.end('{}'),
      card,
      sent('/a2a', {}),
    );
    expect(seen).toEqual(['GET /.well-known/agent-card.json', 'POST /a2a']);
  });
});
