import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

function entry(issuer: string, header: string): object {
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }) }] };
  return { issuer, audience: 'bot', algorithms: ['EdDSA'], header, jwks };
}

const CALLERS = {
  require: true,
  jwt: [entry('https://a.test', 'authorization'), entry('https://b.test', 'x-caller-token')],
};
const POLICY = JSON.stringify({ version: 1, callers: CALLERS, audit: { callers: 'subject' } });

function token(iss: string, seconds = 300): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'EdDSA' })}.${part({ iss, aud: 'bot', sub: 'ann', exp: now + seconds })}`;
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
}

const MESSAGE = { role: 'user' as const, content: 'Hello.' };

describe('an SDK with a token of its caller, as its API key or in a header', () => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  beforeAll(async () => {
    upstream = await startUpstream(({ path }, response) =>
      path === '/v1/messages'
        ? json(response, {
            ...{ id: 'm', type: 'message', role: 'assistant', model: 'm', stop_sequence: null },
            content: [{ type: 'text', text: 'Hi.' }],
            stop_reason: 'end_turn',
            usage: { input_tokens: 1, output_tokens: 1 },
          })
        : json(response, {
            ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
            choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
          }),
    );
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
  });
  beforeEach(() => void upstream.seen.splice(0));
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  const openai = (apiKey: string): Promise<unknown> =>
    new OpenAI({ apiKey, baseURL: `${sidecar.inbound[0]}/v1` }).chat.completions.create({
      model: 'm',
      messages: [MESSAGE],
    });
  const anthropic = (callerToken: string): Promise<unknown> =>
    new Anthropic({
      apiKey: 'sk-of-the-server',
      authToken: null,
      baseURL: sidecar.inbound[0] ?? '',
      defaultHeaders: { 'x-caller-token': callerToken },
    }).messages.create({
      ...{ model: 'm', max_tokens: 9 },
      messages: [MESSAGE],
    });

  it.each([
    ['no token', 'sk-1'],
    ['an expired token', token('https://a.test', -60)],
  ])('raises its error for %s, and asks once', async (_, key) => {
    const before = await refusals();
    await expect(openai(key)).rejects.toThrow(OpenAI.AuthenticationError);
    await expect(openai(key)).rejects.toMatchObject({ status: 401, code: 'caller_not_verified' });
    await expect(anthropic(key)).rejects.toThrow(Anthropic.AuthenticationError);
    expect((await refusals()) - before).toBe(3);
    expect(upstream.seen).toEqual([]);
  });

  it('works, and neither the server nor the record, the log or the metrics get the token', async () => {
    const [a, b] = [token('https://a.test'), token('https://b.test')];
    await openai(a);
    await anthropic(b);
    const metrics = await (await fetch(`${sidecar.admin}/metrics`)).text();
    const record = readdirSync(sidecar.auditDir, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join('\n');
    expect(record).toContain('"subject":"ann","via":"jwt"');
    // The log is all there behind the end of the process.
    expect(await sidecar.stop()).toBe(0);
    await sidecar.logged('"msg":"stopped"');
    const said = [JSON.stringify(upstream.seen), record, sidecar.log.join('\n'), metrics].join('\n');
    for (const part of [a, b].flatMap((each) => each.split('.'))) expect(said.includes(part)).toBe(false);
    expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer sk-of-the-server',
    ]);
  });

  /** How many requests were refused for their caller. */
  async function refusals(): Promise<number> {
    const metrics = await (await fetch(`${sidecar.admin}/metrics`)).text();
    return [...metrics.matchAll(/^llm_boundary_decisions_total\{[^}]*caller\.not-verified[^}]*\} (\d+)/gm)]
      .map(([, count]) => Number(count))
      .reduce((sum, count) => sum + count, 0);
  }
});
