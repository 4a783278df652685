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
