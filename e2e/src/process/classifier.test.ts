import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSidecar } from './sidecar.ts';
import { json, startUpstream } from './upstream.ts';

const ATTACK = 'Kindly purple the elephants.';

/** Status of a chat that says this. */
async function chatted(origin: string, content: string): Promise<number> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key-of-the-caller' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
  });
  await response.text();
  return response.status;
}

it('a sidecar asks the classifier of its policy with the token of its folder of secrets', async () => {
  const secrets = mkdtempSync(join(tmpdir(), 'llm-boundary-secrets-'));
  writeFileSync(join(secrets, 'guard-token'), 'token-of-the-guard\n');
  const model = await startUpstream((_, response) => json(response, { choices: [] }));
  const guard = await startUpstream(({ body }, response) =>
    json(response, [{ label: 'INJECTION', score: body.includes('elephants') ? 0.9 : 0.1 }]),
  );
  const keys = `url: ${guard.origin}/predict, protocol: text-classification, tokenFile: guard-token, timeout: 30s`;
  const sidecar = await startSidecar({
    upstreams: [model.origin],
    policy: `version: 1\ningress: { injection: { classifier: { ${keys} } } }\n`,
    args: ['--secrets', secrets],
  });
  const [origin = ''] = sidecar.inbound;
  expect([await chatted(origin, ATTACK), await chatted(origin, 'Hello.')]).toEqual([400, 200]);
  expect(guard.seen.map(({ path, body }) => `${path} ${body}`)).toEqual(
    [ATTACK, 'Hello.'].map((inputs) => `/predict ${JSON.stringify({ inputs })}`),
  );
  expect(new Set(guard.seen.map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Bearer token-of-the-guard']),
  );
  expect(await sidecar.stop()).toBe(0);
  await Promise.all([model.close(), guard.close()]);
  rmSync(secrets, { recursive: true, force: true });
});
