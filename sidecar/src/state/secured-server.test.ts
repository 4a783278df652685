import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { send } from '../pipeline/test-kit.ts';
import { RIGHTS } from './testing/real-server.ts';
import type { Replica } from './testing/replica.ts';
import { Replicas } from './testing/replicas.ts';

const replicas = new Replicas(true);
const { server } = replicas;

const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c1',
  name: 'act',
  arguments: '{}',
  status: 'completed',
};
const TOOLS = [{ type: 'function', name: 'act', parameters: { type: 'object' } }];

async function replica(): Promise<Replica> {
  const limits = 'limits: { requestsPerMinute: 4, spend: [{ of: workload, window: 1h, tokens: 100000 }] }';
  const made = await replicas.open(
    `${limits}\naction: { tools: [{ name: act, when: "calls.count('act', '1h', 'workload') < 2" }] }`,
  );
  made.live.answer = (request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const about = { object: 'response', created_at: 1, model: 'm', status: 'completed' };
      const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
      response.end(JSON.stringify({ id: 'resp_0123456789', ...about, output: [CALL], usage }));
    });
  };
  return made;
}

/** The status, and whether the reply has the call. */
async function ask({ live, states }: Replica, members: object = {}): Promise<readonly [number, boolean]> {
  const { status, body } = await send(live.port, {
    path: '/v1/responses',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', input: 'Go on.', tools: TOOLS, ...members }),
  });
  await states.settled();
  return [status, body.includes('"act"')];
}

replicas.describe('a server with TLS and a user of its own', () => {
  it('gives the user the rights that the guide names', () => {
    const guide = readFileSync(new URL('../../../docs/guide/callers.md', import.meta.url), 'utf8');
    expect(guide).toContain(`\`${RIGHTS}\``);
  });

  it('refuses a wrong password', async () => {
    const file = join(server.secretsDir, 'password');
    const right = readFileSync(file);
    writeFileSync(file, 'wrong');
    expect((await ask(await replica()))[0]).toBe(503);
    writeFileSync(file, right);
  });

  it('counts for two sidecars, and knows what either got from the provider', async () => {
    const [a, b] = [await replica(), await replica()];
    expect(await ask(a)).toEqual([200, true]);
    expect(await ask(b, { previous_response_id: 'resp_0123456789' })).toEqual([200, true]);
    expect((await ask(a))[1]).toBe(false);
    await ask(b);
    expect((await ask(a))[0]).toBe(429);
  });
});
