import { expect, it } from '@jest/globals';

import { Live, policyOf, send } from '../test-kit.ts';

it('the time of the upstream is that of exchanges which reached it', async () => {
  const live = await new Live({ policy: policyOf('models: { allow: [m] }') }).start();
  live.answer = (_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"none"}}');
  };
  const ask = (model: string): ReturnType<typeof send> =>
    send(live.port, {
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello.' }] }),
    });
  await ask('other');
  await ask('m');
  await live.close();
  const text = await live.telemetry.text();
  expect(text).toContain('llm_boundary_overhead_seconds_count{direction="inbound"} 2');
  expect(text).toContain('llm_boundary_upstream_seconds_count{direction="inbound"} 1');
});
