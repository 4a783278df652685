import assert from 'node:assert/strict';
import { join } from 'node:path';

import OpenAI from 'openai';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { npmFolder } from '../cache.ts';
import { startChatModel } from '../chat-model.ts';
import { startServer, type RunningServer } from '../server.ts';
import type { Steps } from '../steps.ts';

/** The last major version that runs on the oldest Node of this project. */
const VERSION = '8.8.1';
const LIBRARY = join('node_modules', 'oidc-provider', 'lib', 'index.js');
const [CLIENT, SECRET, AUDIENCE] = ['desk', 'the-secret-of-the-desk', 'support-bot'];

/** An issuer of access tokens as JWT (RFC 9068) for clients (RFC 6749 §4.4), for the audience that they ask (RFC 8707). */
const PROGRAM = `
const [library, port] = process.argv.slice(1);
const { default: Provider } = await import(library);
const resources = {
  enabled: true,
  getResourceServerInfo: (_context, resource) => ({
    scope: '', audience: resource.replace('urn:', ''), accessTokenFormat: 'jwt', accessTokenTTL: 120,
  }),
};
new Provider('http://127.0.0.1:' + port, {
  clients: [{
    client_id: '${CLIENT}', client_secret: '${SECRET}', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
  }],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false }, resourceIndicators: resources },
}).listen(Number(port), '127.0.0.1');
`;

/** An OpenID Connect provider whose keys the sidecar fetches, and callers with tokens of it. */
export async function tryOidcProvider(steps: Steps): Promise<void> {
  steps.title(`oidc-provider (npm oidc-provider ${VERSION}) as issuer of callers' tokens`);
  const installed = npmFolder('oidc-provider', `oidc-provider@${VERSION}`, LIBRARY);
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const library = join(installed.folder, LIBRARY);
  const model = await startChatModel('Order 7 is in the warehouse.');
  const issuer = await steps.run('starts', () =>
    startServer({
      program: process.execPath,
      args: (port) => ['--input-type=module', '-e', PROGRAM, library, String(port)],
      healthPath: '/.well-known/openid-configuration',
    }),
  );
  try {
    if (issuer !== null) await callers(steps, issuer, model.origin);
  } finally {
    await issuer?.stop();
    await model.close();
  }
}

async function callers(steps: Steps, issuer: RunningServer, model: string): Promise<void> {
  const policy = JSON.stringify({
    version: 1,
    callers: {
      require: true,
      jwt: [{ issuer: issuer.origin, audience: AUDIENCE, jwks: { url: `${issuer.origin}/jwks` } }],
    },
  });
  const [first, late] = [
    await startSidecar({ upstreams: [model], policy }),
    await startSidecar({ upstreams: [model], policy }),
  ];
  try {
    const token = await tokenFor(issuer, AUDIENCE);
    await steps.run('a token for the audience of the policy verifies', async () => {
      assert.match(await ask(first, token), /warehouse/);
    });
    await steps.run('one for another audience is an AuthenticationError', async () => {
      await assert.rejects(ask(first, await tokenFor(issuer, 'other')), OpenAI.AuthenticationError);
    });
    await steps.run('without one, too', () =>
      assert.rejects(ask(first, 'sk-none'), { status: 401, code: 'caller_not_verified' }),
    );
    await issuer.stop();
    await steps.run('the keys hold while the issuer is away', async () => {
      assert.match(await ask(first, token), /warehouse/);
    });
    await steps.run('a sidecar that never saw them refuses, and says why', () =>
      assert.rejects(ask(late, token), /the keys of the issuer cannot be fetched/),
    );
  } finally {
    await first.stop();
    await late.stop();
  }
}

async function tokenFor(issuer: RunningServer, audience: string): Promise<string> {
  const response = await fetch(`${issuer.origin}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${audience}` }),
  });
  const answer = (await response.json()) as { readonly access_token?: string };
  assert.ok(answer.access_token !== undefined, JSON.stringify(answer));
  return answer.access_token;
}

async function ask(sidecar: SidecarProcess, apiKey: string): Promise<string> {
  const client = new OpenAI({ apiKey, baseURL: `${sidecar.inbound[0] ?? ''}/v1`, maxRetries: 0 });
  const reply = await client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: 'Where is order 7?' }],
  });
  return reply.choices[0]?.message.content ?? '';
}
