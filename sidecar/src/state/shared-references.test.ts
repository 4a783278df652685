import { createClient } from '@redis/client';
import { expect, it } from '@jest/globals';

import { send, type Got } from '../pipeline/test-kit.ts';
import { PASSWORD } from './testing/real-server.ts';
import type { Replica, Terms } from './testing/replica.ts';
import { Replicas } from './testing/replicas.ts';

const replicas = new Replicas();
const { server } = replicas;

const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c1',
  name: 'act',
  arguments: '{}',
  status: 'completed',
};
const SAID = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Done.', annotations: [] }],
};
const TOOLS = ['act', 'look'].map((name) => ({ type: 'function', name, parameters: { type: 'object' } }));
/** What the provider calls the response that it makes for a request. */
const ID = 'resp_0123456789abcdef';
const CONVERSATION = 'conv_0123456789abcdef';

/** A provider that makes one call whenever tools are offered, or else says something. */
async function replica(written: string, terms: Terms = {}): Promise<Replica> {
  const made = await replicas.open(`egress: { promptLeak: { action: 'off' } }\n${written}`, terms);
  made.live.answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const output = Buffer.concat(chunks).includes('"tools"') ? [CALL] : [SAID];
      const about = { id: ID, object: 'response', created_at: 1, model: 'm', status: 'completed' };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...about, conversation: { id: CONVERSATION }, output }));
    });
  };
  return made;
}

async function ask({ live, states }: Replica, members: object): Promise<Got> {
  const got = await send(live.port, {
    path: '/v1/responses',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', input: 'Go on.', ...members }),
  });
  await states.settled();
  return got;
}

const DOCUMENT = [
  { role: 'user', content: [{ type: 'input_text', text: 'Read this.' }] },
  { type: 'function_call', call_id: 'c0', name: 'look', arguments: '{}' },
  { type: 'function_call_output', call_id: 'c0', output: 'A page of somebody else.' },
];
const ANY = 'action: { tools: [{ name: act }, { name: look }] }';
const UNTAINTED = `action: { tools: [{ name: act, when: '!exchange.tainted' }, { name: look }] }`;

replicas.describe('what the provider gave out through another replica', () => {
  it('passes, and what none of them gave out does not', async () => {
    const [a, b] = [await replica(ANY), await replica(ANY)];
    expect((await ask(b, { previous_response_id: ID })).status).toBe(400);
    expect((await ask(a, {})).status).toBe(200);
    expect((await ask(b, { previous_response_id: ID })).status).toBe(200);
    expect((await ask(b, { conversation: CONVERSATION })).status).toBe(200);
    expect((await ask(b, { previous_response_id: 'resp_invented0000' })).status).toBe(400);
    const stored = await send(b.live.port, { method: 'GET', path: `/v1/responses/${ID}`, headers: {} });
    expect(stored.status).toBe(200);
  });

  it.each([
    ['a response', { previous_response_id: ID }],
    ['a conversation', { conversation: CONVERSATION }],
  ])('taints what continues it: %s', async (_what, continued) => {
    const [a, b] = [await replica(UNTAINTED), await replica(UNTAINTED)];
    await ask(a, {});
    expect((await ask(b, { ...continued, tools: TOOLS })).body).toContain('"act"');
    await server.empty();
    await ask(a, { input: DOCUMENT });
    expect((await ask(b, { ...continued, tools: TOOLS })).body).not.toContain('"act"');
  });

  it('is tainted by what another replica adds to it later', async () => {
    const [a, b] = [await replica(UNTAINTED), await replica(UNTAINTED)];
    await ask(a, {});
    expect((await ask(b, { conversation: CONVERSATION, tools: TOOLS })).body).toContain('"act"');
    await ask(a, { conversation: CONVERSATION, input: DOCUMENT });
    expect((await ask(b, { conversation: CONVERSATION, tools: TOOLS })).body).not.toContain('"act"');
  });

  it('is of the conversation that it began in', async () => {
    const once = `action: { tools: [{ name: act, when: "calls.count('act', '1h', 'conversation') < 2" }, { name: look }] }`;
    const [a, b] = [await replica(once), await replica(once)];
    expect((await ask(a, { input: 'The beginning.', tools: TOOLS })).body).toContain('"act"');
    const next = { previous_response_id: ID, tools: TOOLS };
    expect((await ask(b, { input: 'More.', ...next })).body).toContain('"act"');
    expect((await ask(b, { input: 'Again.', ...next })).body).not.toContain('"act"');
    expect((await ask(a, { input: 'And again.', ...next })).body).not.toContain('"act"');
    expect((await ask(b, { input: 'Another beginning.', tools: TOOLS })).body).toContain('"act"');
  });

  it('cannot be read at the server', async () => {
    const a = await replica(
      `action: { tools: [{ name: act, when: "calls.count('act', '1h', 'conversation') < 9" }, { name: look }] }`,
    );
    await ask(a, { input: 'The beginning.' });
    const client = await createClient({ url: server.url, password: PASSWORD }).connect();
    const keys = await client.keys('*');
    const kept = await Promise.all(keys.map((key) => client.hGetAll(key)));
    const lives = await Promise.all(keys.map((key) => client.pTTL(key)));
    await client.close();
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const key of keys) expect(key).toMatch(/^llm-boundary:\{[\w-]{22}\}:[\w-]{22}$/);
    expect(JSON.stringify(kept)).not.toMatch(/resp_|conv_|beginning/);
    // Equal conversations do not look equal.
    const conversations = kept.map(({ conversation }) => conversation);
    expect(new Set(conversations).size).toBe(conversations.length);
    for (const life of lives) expect(life).toBeLessThanOrEqual(24 * 3_600_000);
  });

  it.each(['refuse', 'local'])('is unknown while the server cannot be reached: %s', async (onUnreachable) => {
    const [a, b] = [await replica(ANY, { onUnreachable }), await replica(ANY, { onUnreachable })];
    await ask(a, {});
    await server.kill();
    const got = await ask(b, { previous_response_id: ID });
    const own = await ask(a, { previous_response_id: ID });
    await replicas.startServer();
    expect(got.status).toBe(onUnreachable === 'refuse' ? 503 : 400);
    expect(JSON.parse(got.body)).toMatchObject({
      error: { code: onUnreachable === 'refuse' ? 'detector_unavailable' : 'content_refused' },
    });
    expect(own.status).toBe(onUnreachable === 'refuse' ? 503 : 200);
  });
});
