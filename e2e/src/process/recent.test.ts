import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { auditLines } from './audit-log.ts';
import { startSidecar, type SidecarProcess } from './sidecar.ts';
import { until } from './until.ts';
import { json, startUpstream, type ScriptedUpstream } from './upstream.ts';

const ISSUER = 'https://kubernetes.default.svc';
const ACCOUNT = 'system:serviceaccount:llm-boundary:llm-boundary-console';
const POLICY = JSON.stringify({ version: 1, egress: { pii: { action: 'redact' } } });
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let model: ScriptedUpstream;
let sidecar: SidecarProcess;

beforeAll(async () => {
  model = await startUpstream((_, response) =>
    json(response, {
      ...{ id: 'c', object: 'chat.completion', created: 1, model: 'qwen3' },
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Write to zanzibar@example.com.' },
          finish_reason: 'stop',
        },
      ],
    }),
  );
  sidecar = await startSidecar({
    upstreams: [model.origin],
    policy: POLICY,
    env: { LLM_BOUNDARY_POD_UID: 'uid-1' },
  });
});
afterAll(async () => {
  await sidecar.stop();
  await model.close();
});

/** As the API server issues it. */
function token(audience: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, sub: ACCOUNT, aud: [audience], iat: seconds, exp: seconds + 600 };
  const text = [{ alg: 'ES256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function ask(audience: string | null, query = ''): Promise<Response> {
  const headers = audience === null ? {} : { authorization: `Bearer ${token(audience)}` };
  return fetch(`${sidecar.admin}/exchanges${query}`, { headers });
}

async function chat(): Promise<void> {
  const response = await fetch(`${sidecar.inbound[0] ?? ''}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'qwen3', messages: [{ role: 'user', content: 'Whom do I ask?' }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
}

it('shows its last exchanges to the console, with their places in the record and no content', async () => {
  await chat();
  expect((await ask('llm-boundary-console/uid-1')).status).toBe(404);
  const file = { issuer: ISSUER, jwks: { keys: [publicKey.export({ format: 'jwk' })] }, console: ACCOUNT };
  writeFileSync(join(sidecar.policyDir, 'service-accounts.json'), JSON.stringify(file));
  await until(
    'a console is known',
    async () => (await ask(null)).status,
    (status) => status !== 404,
  );
  await chat();
  for (const audience of [null, 'llm-boundary-console/uid-2', 'llm-boundary-anchor'])
    expect((await ask(audience)).status).toBe(401);
  const answer = await ask('llm-boundary-console/uid-1');
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).not.toMatch(/zanzibar|Whom/);
  const { exchanges, log } = JSON.parse(text) as {
    readonly log: string;
    readonly exchanges: readonly {
      readonly id: string;
      readonly steps: readonly { readonly seq: number; readonly kind: string }[];
    }[];
  };
  // The first one was before there was a console.
  expect(exchanges).toMatchObject([{ model: 'qwen3', status: 200, dialect: 'openai-chat' }]);
  const [exchange] = exchanges;
  const lines = auditLines(sidecar.auditDir).filter((line) => line.exchange === exchange?.id);
  const written = lines.map((line) => {
    const { seq, origin } = line as unknown as { readonly seq: number; readonly origin: string };
    return [line.kind, seq, origin];
  });
  expect(exchange?.steps.map(({ kind, seq }) => [kind, seq, log])).toEqual(written);
  expect(await (await ask('llm-boundary-console/uid-1', `?id=${exchange?.id ?? ''}`)).json()).toMatchObject({
    exchanges: [{ id: exchange?.id, steps: [{ kind: 'ingress' }, { kind: 'egress', verdict: 'redact' }] }],
  });
  expect(await (await ask('llm-boundary-console/uid-1', '?id=x')).json()).toMatchObject({ exchanges: [] });
});
