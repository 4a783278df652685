import { ISSUER, PUBLIC_EC, token } from '../../callers/testing/tokens.ts';
import { send } from '../test-kit.ts';
import { whole } from './testing/exchanges.ts';
import { shadowed, type Shadowed } from './testing/shadowed.ts';

const REFUSED = 'would_refuse ingress limit_exceeded';
const SAME = 'same none none';

/** Sends so many exchanges, one after the other. */
async function sent(rig: Shadowed, count: number): Promise<readonly string[]> {
  for (let index = 0; index < count; index += 1) {
    expect((await rig.send(whole('hello', 'hi'))).status).toBe(200);
    await rig.until(index + 1);
  }
  return rig.judged;
}

describe('the limits of a shadow', () => {
  it.each([
    ['requests', 'limits: { requestsPerMinute: 2 }', [SAME, SAME, REFUSED, REFUSED]],
    ['tokens, known only afterwards', 'limits: { tokensPerMinute: 1 }', [SAME, REFUSED, REFUSED, REFUSED]],
    ['exchanges at a time', 'limits: { concurrent: 1 }', [SAME, SAME, SAME, SAME]],
    ['requests, under observe', 'mode: observe\nlimits: { requestsPerMinute: 2 }', [SAME, SAME, SAME, SAME]],
    ['one caller', 'limits: { perCaller: { requestsPerMinute: 1 } }', [SAME, REFUSED, REFUSED, REFUSED]],
    [
      'one caller, under observe',
      'mode: observe\nlimits: { perCaller: { concurrent: 1 } }',
      [SAME, SAME, SAME, SAME],
    ],
  ])('of %s refuse nothing, and are counted by themselves', async (_, shadow, expected) => {
    await shadowed({ live: '', shadow }, async (rig) => {
      expect(await sent(rig, 4)).toEqual(expected);
    });
  });

  it('of tokens count a stored response once, where the live policy has no limits', async () => {
    await shadowed({ live: '', shadow: 'limits: { tokensPerMinute: 30 }' }, async (rig) => {
      const id = 'resp_0123456789abcdef';
      const message = { type: 'message', id: 'm', role: 'assistant', status: 'completed' };
      const reply = JSON.stringify({
        ...{ id, object: 'response', created_at: 1, model: 'small', status: 'completed' },
        output: [{ ...message, content: [{ type: 'output_text', text: 'hi', annotations: [] }] }],
        usage: { input_tokens: 10, output_tokens: 10, total_tokens: 20 },
      });
      const answer = { body: reply };
      const asked = JSON.stringify({ model: 'small', input: 'hello', background: true });
      await rig.send({ path: '/v1/responses', body: asked, answer });
      for (let count = 2; count <= 4; count += 1) {
        await rig.until(count - 1);
        const got = await rig.send({ method: 'GET', path: `/v1/responses/${id}`, headers: {}, answer });
        expect(got.body).toBe(reply);
      }
      await rig.until(4);
      expect(rig.judged).toEqual([SAME, SAME, SAME, SAME]);
    });
  });

  it('of exchanges at a time count those that wait for the server', async () => {
    await shadowed({ live: '', shadow: 'limits: { concurrent: 1 }' }, async (rig) => {
      const { path, body = null } = whole('hello', 'hi');
      const asked = { path, body, headers: { 'content-type': 'application/json' } };
      const held: (() => void)[] = [];
      rig.live.answer = (request, response) => {
        request.resume();
        held.push(() => void response.writeHead(500).end());
      };
      const both = [send(rig.live.port, asked), send(rig.live.port, asked)];
      while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
      for (const answer of held) answer();
      await Promise.all(both);
      await rig.until(2);
      expect([...rig.judged].sort()).toEqual([SAME, REFUSED]);
    });
  });

  it('of one caller are not used up by another, whom the shadow alone verifies', async () => {
    const jwt = JSON.stringify([{ issuer: ISSUER, audience: 'bot', jwks: { keys: [PUBLIC_EC] } }]);
    const shadow = `limits: { perCaller: { requestsPerMinute: 1 } }\ncallers: { require: true, jwt: ${jwt} }`;
    await shadowed({ live: '', shadow }, async (rig) => {
      const now = Math.floor(Date.now() / 1000);
      for (const [index, sub] of ['ann', 'ben', 'ann', null].entries()) {
        const bearer = `Bearer ${token({ claims: { sub, iat: now, exp: now + 60 } })}`;
        const headers = { 'content-type': 'application/json', authorization: sub === null ? '' : bearer };
        await rig.send({ ...whole('hello', 'hi'), headers });
        await rig.until(index + 1);
      }
      expect(rig.judged).toEqual([SAME, SAME, REFUSED, 'would_refuse ingress caller_not_verified']);
    });
  });

  it('begin anew with another shadow', async () => {
    await shadowed({ live: '', shadow: 'limits: { requestsPerMinute: 1 }' }, async (rig) => {
      expect(await sent(rig, 2)).toEqual([SAME, REFUSED]);
      rig.shadow.changed();
      await rig.send(whole('hello', 'hi'));
      await rig.until(3);
      expect(rig.judged.at(-1)).toBe(SAME);
    });
  });

  it('do not count what the shadow refuses before it', async () => {
    const host = 'a.example.com';
    const shadow = 'action: { hosts: [b.example.com] }\nlimits: { requestsPerMinute: 1 }';
    await shadowed({ live: `action: { hosts: [${host}] }`, shadow, host }, async (rig) => {
      const refused = 'would_refuse action host_not_allowed';
      expect(await sent(rig, 3)).toEqual([refused, refused, refused]);
    });
  });
});
