import { createClient } from '@redis/client';
import { expect, it } from '@jest/globals';

import { PASSWORD } from './testing/real-server.ts';
import { type Live, send, type Got } from '../pipeline/test-kit.ts';
import type { Replica, Terms } from './testing/replica.ts';
import { Replicas } from './testing/replicas.ts';

const replicas = new Replicas();
const { server } = replicas;

async function replicasWith(written: string, terms: Terms = {}): Promise<readonly [Replica, Replica]> {
  return [await replicas.open(written, terms), await replicas.open(written, terms)];
}

const CALL = {
  id: 'c',
  type: 'function',
  function: { name: 'send_email', arguments: '{"to":"a","cents":40}' },
};
const OFFERS = [{ type: 'function', function: { name: 'send_email', parameters: {} } }];

function answerWhole(calls = 1): Live['answer'] {
  const message = { role: 'assistant', content: null, tool_calls: Array.from({ length: calls }, () => CALL) };
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage: USAGE }),
    );
  };
}
const USAGE = { prompt_tokens: 50, completion_tokens: 10, total_tokens: 60 };

const answerStreamed: Live['answer'] = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.end(`${event({ tool_calls: [{ index: 0, ...CALL }] })}${event({}, 'tool_calls')}data: [DONE]\n\n`);
};

function ask({ live }: Replica, stream = false): Promise<Got> {
  const body = { model: 'm', stream, messages: [{ role: 'user', content: 'Go on.' }], tools: OFFERS };
  return send(live.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** How many of the replies have the call. */
async function passed(got: readonly Promise<Got>[]): Promise<number> {
  return (await Promise.all(got)).filter(({ body }) => body.includes('send_email')).length;
}

function hitsOf({ live }: Replica): readonly string[] {
  return live.ledger.decisions.flatMap(({ hits }) => hits.map(({ rule, mode }) => `${rule} ${mode}`));
}

function limited(condition: string): string {
  return `action: { tools: [{ name: send_email, when: "${condition}" }, { name: other }] }`;
}

replicas.describe('two sidecars with one server', () => {
  it.each<[string, string, Live['answer'], boolean]>([
    ['calls of whole replies', "calls.count('send_email', '1h', 'workload') < 3", answerWhole(), false],
    ['calls of streams', "calls.count('send_email', '1h', 'workload') < 3", answerStreamed, true],
    ['amounts', "calls.sum('send_email', 'cents', '1h', 'workload') < 100.0", answerWhole(), false],
  ])('let as many through together as one would: %s', async (_name, condition, answer, stream) => {
    const [a, b] = await replicasWith(limited(condition));
    for (const { live } of [a, b]) live.answer = answer;
    expect(
      await passed([ask(a, stream), ask(b, stream), ask(a, stream), ask(b, stream), ask(b, stream)]),
    ).toBe(3);
    expect(await passed([ask(a, stream), ask(b, stream)])).toBe(0);
  });

  it('count the calls of one reply after each other, and give back what they refuse', async () => {
    const [a, b] = await replicasWith(limited("calls.count('send_email', '1h', 'workload') < 3"));
    a.live.answer = answerWhole(4);
    b.live.answer = answerWhole(3);
    expect(await passed([ask(a)])).toBe(0);
    expect(await passed([ask(b)])).toBe(1);
    expect(await passed([ask(b)])).toBe(0);
  });

  it('share budgets of tokens', async () => {
    const [a, b] = await replicasWith(
      'limits: { spend: [{ of: workload, window: 1h, tokens: 100 }] }\naction: { tools: [{ name: send_email }] }',
    );
    for (const { live } of [a, b]) live.answer = answerWhole();
    for (const [each, status] of [
      [a, 200],
      [b, 200],
      [a, 429],
      [b, 429],
    ] as const) {
      expect((await ask(each)).status).toBe(status);
      await each.states.settled();
    }
  });

  it.each(['requestsPerMinute: 3', 'tokensPerMinute: 150', 'perCaller: { requestsPerMinute: 3 }'])(
    'share what is allowed in a minute: %s',
    async (limit) => {
      const [a, b] = await replicasWith(`limits: { ${limit} }\naction: { tools: [{ name: send_email }] }`);
      for (const { live } of [a, b]) live.answer = answerWhole();
      for (const each of [a, b, a]) {
        expect((await ask(each)).status).toBe(200);
        await each.states.settled();
      }
      const { status, headers, body } = await ask(b);
      expect(status).toBe(429);
      expect(body).toContain(
        `limits.${limit.includes('{') ? 'perCaller.requestsPerMinute' : limit.split(':', 1)[0]}`,
      );
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(61);
    },
  );

  it('leave no name and no content at the server', async () => {
    const [a] = await replicasWith(limited("calls.count('send_email', '1h') < 3"));
    a.live.answer = answerWhole();
    await ask(a);
    const client = await createClient({ url: server.url, password: PASSWORD }).connect();
    const keys = await client.keys('*');
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^llm-boundary:\{[\w-]{22}\}:[\w-]{22}$/);
    const [ttl] = await Promise.all(keys.map((key) => client.pTTL(key)));
    expect(ttl).toBeGreaterThan(3_600_000);
    expect(ttl).toBeLessThanOrEqual((3_600_000 / 60) * 62);
    await client.close();
  });

  it.each<[string, string]>([
    ['killed', 'refuse'],
    ['killed', 'local'],
    ['silent', 'refuse'],
    ['silent', 'local'],
  ])('go on as policy says when the server is %s: %s', async (how, onUnreachable) => {
    const [a, b] = await replicasWith(limited("calls.count('send_email', '1h', 'workload') < 3"), {
      onUnreachable,
      timeout: how === 'silent' ? '4s' : '10s',
    });
    for (const { live } of [a, b]) live.answer = answerWhole();
    expect(await passed([ask(a), ask(b)])).toBe(2);
    if (how === 'killed') await server.kill();
    else server.pause();
    const { status, body } = await ask(b);
    if (onUnreachable === 'refuse') {
      expect(status).toBe(503);
      expect(body).toContain('state.onUnreachable');
      expect(hitsOf(b)).toContain('state.unreachable enforce');
    } else {
      expect(body).toContain('send_email');
      expect(hitsOf(b)).toContain('state.unreachable observe');
    }
    expect(await b.live.telemetry.text()).toContain('llm_boundary_state_unreachable 1');
    if (how === 'killed') await replicas.startServer();
    else server.resume();
  });
});
