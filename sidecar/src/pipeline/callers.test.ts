import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

import { Digests } from '../audit/record/digests.ts';
import { ISSUER, KEYS, PUBLIC_EC, token } from '../callers/testing/tokens.ts';
import type { Boundary } from './context/boundary.ts';
import { Live, policyOf, send, type Got } from './test-kit.ts';
import { replayExchange } from './replay/replay.ts';
import { CHAT, SAMPLES } from './testing/samples.ts';

const JWT = { issuer: ISSUER, audience: 'bot', groupsClaim: 'groups', jwks: { keys: [PUBLIC_EC] } };

function policyWith(callers: object, more = ''): ReturnType<typeof policyOf> {
  return policyOf(`callers: ${JSON.stringify({ jwt: [JWT], ...callers })}\n${more}`);
}

function fresh(change: Parameters<typeof token>[0] = {}): string {
  const now = Math.floor(Date.now() / 1000);
  return token({ ...change, claims: { iat: now, exp: now + 60, ...change.claims } });
}

const REQUIRED = policyWith({ require: true });
const BODY = JSON.stringify(CHAT.request('Hello.'));
const JSON_TYPE = { 'content-type': 'application/json' };

/** A sidecar in front of a server that remembers the heads it gets. */
class Desk {
  readonly live: Live;
  readonly heads: IncomingHttpHeaders[] = [];

  constructor(policy: ReturnType<typeof policyOf>, change: Partial<Boundary> = {}) {
    this.live = new Live({ policy, change });
    this.live.answer = (request, response) => {
      this.heads.push(request.headers);
      request.resume().on('end', () => {
        response.writeHead(200, JSON_TYPE).end(JSON.stringify(CHAT.whole('Hi.')));
      });
    };
  }

  ask(headers: Readonly<Record<string, string>> = {}, path = CHAT.path, method = 'POST'): Promise<Got> {
    const body = method === 'POST' ? BODY : null;
    return send(this.live.port, { method, path, headers: { ...JSON_TYPE, ...headers }, body });
  }

  get codes(): readonly (string | null)[] {
    return this.live.ledger.decisions.map(({ code }) => code);
  }
}

async function at<T>(policy: ReturnType<typeof policyOf>, run: (desk: Desk) => Promise<T>): Promise<T> {
  const desk = new Desk(policy);
  await desk.live.start();
  try {
    return await run(desk);
  } finally {
    await desk.live.close();
  }
}

describe('an anonymous caller where policy requires a verified one', () => {
  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    'is refused in the words of %s',
    (_, sample) =>
      at(REQUIRED, async (desk) => {
        const got = await send(desk.live.port, {
          path: sample.path,
          headers: JSON_TYPE,
          body: JSON.stringify(sample.request('Hello.')),
        });
        expect(got.status).toBe(401);
        expect(got.headers['www-authenticate']).toBe('Bearer realm="llm-boundary"');
        expect(got.headers['x-should-retry']).toBe('false');
        expect(got.body.toLowerCase()).toContain('caller_not_verified');
        expect(got.body).toContain('callers.require');
        expect(desk.heads).toEqual([]);
        expect(desk.live.ledger.decisions).toMatchObject([
          {
            kind: 'ingress',
            verdict: 'block',
            code: 'caller_not_verified',
            status: 401,
            outcome: 'refused',
            hits: [{ control: 'ingress', rule: 'caller.not-verified', mode: 'enforce' }],
          },
        ]);
      }),
  );

  it.each<readonly [string, string]>([
    ['the token has expired', fresh({ claims: { exp: 1 } })],
    ['the signature of the token is not valid', fresh({ key: KEYS.other })],
    [
      'the issuer of the token is not one that callers of the policy names',
      fresh({ claims: { iss: 'https://evil.test' } }),
    ],
    ['the token is not a signed JSON Web Token', 'sk-key-of-the-model-server'],
  ])('is told that %s', (told, written) =>
    at(REQUIRED, async (desk) => {
      const got = await desk.ask({ authorization: `Bearer ${written}` });
      expect(got.status).toBe(401);
      expect(got.headers['www-authenticate']).toBe(
        `Bearer realm="llm-boundary", error="invalid_token", error_description="${told}"`,
      );
      expect(got.body).toContain(told);
      expect(JSON.stringify(desk.live.ledger.decisions) + got.body).not.toContain(written);
    }),
  );

  it.each(['/v1/models', '/health', '/unknown'])('reaches no listed route: GET %s', (path) =>
    at(REQUIRED, async (desk) => {
      expect((await desk.ask({}, path, 'GET')).status).toBe(401);
      expect(desk.heads).toEqual([]);
    }),
  );

  it('reaches no WebSocket', () =>
    at(policyWith({ require: true }, 'endpoints: { upgrade: [/ws] }'), async (desk) => {
      const socket = connect(desk.live.port, '127.0.0.1');
      socket.write(
        'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      await once(socket, 'close');
      expect(text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
      expect(text).toContain('www-authenticate: Bearer realm="llm-boundary"\r\n');
      expect(desk.codes).toEqual(['caller_not_verified']);
    }));

  it('may ask what a browser asks before it sends a credential', () =>
    at(REQUIRED, async (desk) => {
      const headers = { origin: 'https://app.test', 'access-control-request-method': 'POST' };
      expect((await desk.ask(headers, CHAT.path, 'OPTIONS')).status).toBe(200);
      expect((await desk.ask({ origin: 'https://app.test' }, CHAT.path, 'OPTIONS')).status).toBe(401);
    }));

  it.each<readonly [string, ReturnType<typeof policyOf>]>([
    ['the policy observes', policyWith({ require: true }, 'mode: observe')],
    ['the section observes', policyWith({ require: true, mode: 'observe' })],
  ])('goes on, noted, where %s', (_, policy) =>
    at(policy, async (desk) => {
      const authorization = `Bearer ${fresh({ claims: { exp: 1 } })}`;
      expect((await desk.ask({ authorization })).status).toBe(200);
      expect(desk.heads).toMatchObject([{ authorization }]);
      expect(desk.live.ledger.decisions[0]).toMatchObject({
        verdict: 'allow',
        code: null,
        hits: [{ rule: 'caller.not-verified', code: 'caller_not_verified', mode: 'observe' }],
      });
    }),
  );

  it('is refused without a single issuer too', () =>
    at(policyOf('callers: { require: true }'), async (desk) => {
      expect((await desk.ask({ authorization: `Bearer ${fresh()}` })).status).toBe(401);
    }));
});

describe('a credential', () => {
  it.each<readonly [string, string]>([
    ['inspected', CHAT.path],
    ['listed', '/v1/models'],
  ])('does not reach the model server on an %s route', (_, path) =>
    at(REQUIRED, async (desk) => {
      const method = path === CHAT.path ? 'POST' : 'GET';
      const headers = { authorization: `Bearer ${fresh()}`, 'x-other': 'kept' };
      expect((await desk.ask(headers, path, method)).status).toBe(200);
      expect(desk.heads[0]).not.toHaveProperty('authorization');
      expect(desk.heads[0]).toHaveProperty('x-other', 'kept');
    }),
  );

  it('that does not verify does not reach it either, if it claims an issuer of the policy', () =>
    at(policyWith({}), async (desk) => {
      const got = await desk.ask({ authorization: `Bearer ${fresh({ claims: { exp: 1 } })}` });
      expect(got.status).toBe(200);
      expect(desk.heads[0]).not.toHaveProperty('authorization');
    }));

  it('for the model server reaches it', () =>
    at(policyWith({ jwt: [{ ...JWT, header: 'x-caller' }], require: true }), async (desk) => {
      const got = await desk.ask({ authorization: 'Bearer sk-1', 'x-caller': fresh() });
      expect(got.status).toBe(200);
      expect(desk.heads[0]).toHaveProperty('authorization', 'Bearer sk-1');
      expect(desk.heads[0]).not.toHaveProperty('x-caller');
    }));

  it('reaches it where policy says so', () =>
    at(policyWith({ jwt: [{ ...JWT, forward: true }], require: true }), async (desk) => {
      const authorization = `Bearer ${fresh()}`;
      expect((await desk.ask({ authorization })).status).toBe(200);
      expect(desk.heads).toMatchObject([{ authorization }]);
    }));
});

describe('the record', () => {
  const authorization = `Bearer ${fresh()}`;
  const digests = new Digests(Buffer.alloc(32, 7));
  const digest = digests.ofCaller({ issuer: ISSUER, subject: 'ann' });

  it.each<readonly [string, string, object, object | null | undefined]>([
    ['nothing where policy verifies no caller', 'limits: { concurrent: 9 }', { authorization }, undefined],
    ['nothing where policy wants that', 'audit: { callers: none }', { authorization }, undefined],
    ['that the caller is anonymous', '', {}, null],
    [
      'the digest of the subject',
      '',
      { authorization },
      { via: 'jwt', issuer: ISSUER, digest, subject: null },
    ],
    ['the subject by policy', 'audit: { callers: subject }', { authorization }, { digest, subject: 'ann' }],
  ])('has %s', async (what, more, headers, expected) => {
    const policy = what.includes('no caller') ? policyOf(more) : policyWith({}, more);
    const desk = new Desk(policy, { digests });
    await desk.live.start();
    await desk.ask(headers as Readonly<Record<string, string>>);
    await desk.live.close();
    const { decisions } = desk.live.ledger;
    expect(decisions.length).toBeGreaterThan(1);
    for (const { caller } of decisions)
      if (typeof expected === 'object' && expected !== null) expect(caller).toMatchObject(expected);
      else expect(caller).toBe(expected);
    expect(JSON.stringify(decisions)).not.toContain(authorization.slice(7));
  });
});

describe('the limits of a caller', () => {
  it('hold its subject, whatever its address, and are named where they refuse', () =>
    at(policyWith({}, 'limits: { perCaller: { requestsPerMinute: 1 } }'), async (desk) => {
      const [ann, bob] = [fresh(), fresh({ claims: { sub: 'bob' } })].map((each) => ({
        authorization: `Bearer ${each}`,
      }));
      expect((await desk.ask(ann)).status).toBe(200);
      const refused = await desk.ask({ authorization: `Bearer ${fresh({ claims: { jti: '2' } })}` });
      expect(refused.status).toBe(429);
      expect(refused.body).toContain('limits.perCaller.requestsPerMinute of the policy would allow more');
      expect((await desk.ask(bob)).status).toBe(200);
      expect((await desk.ask()).status).toBe(200);
      expect((await desk.ask()).status).toBe(429);
    }));

  it('are noted where the policy observes', () =>
    at(
      policyWith({}, 'mode: observe\nlimits: { perCaller: { concurrent: 1, requestsPerMinute: 1 } }'),
      async (desk) => {
        expect((await desk.ask()).status).toBe(200);
        expect((await desk.ask()).status).toBe(200);
        const rules = desk.live.ledger.decisions.flatMap(({ hits }) => hits.map(({ rule }) => rule));
        expect(rules).toEqual(['limits.per-caller.requests-per-minute']);
      },
    ));
});

describe('conditions on a caller', () => {
  const rules = 'action: { tools: [{ name: pay, when: "\'support\' in caller.groups" }] }';
  const call = {
    ...CHAT.whole(''),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'pay', arguments: '{}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  };

  it.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
    ['anonymous', {}, false],
    ['of another group', { authorization: `Bearer ${fresh({ claims: { groups: ['sales'] } })}` }, false],
    ['of unknown groups', { authorization: `Bearer ${fresh({ claims: { groups: undefined } })}` }, false],
    ['of the group', { authorization: `Bearer ${fresh()}` }, true],
  ])('%s', (_, headers, allowed) =>
    at(policyWith({}, rules), async (desk) => {
      desk.live.answer = (request, response) => {
        request.resume().on('end', () => void response.writeHead(200, JSON_TYPE).end(JSON.stringify(call)));
      };
      const got = await desk.ask(headers);
      expect(got.body.includes('"pay"')).toBe(allowed);
      expect(desk.codes.includes('tool_not_allowed')).toBe(!allowed);
    }),
  );

  it('judges an exchange of a file with the caller that the file gives', () => {
    const policy = policyWith({ require: true }, rules);
    const traffic = { method: 'POST', path: CHAT.path, request: CHAT.request('Hello.'), response: call };
    const claims = {};
    const identity = {
      via: 'jwt',
      issuer: ISSUER,
      subject: 'ann',
      groups: ['support'],
      claims,
      actor: null,
    } as const;
    expect(replayExchange(traffic, policy).request).toMatchObject({ code: 'caller_not_verified' });
    expect(replayExchange({ ...traffic, identity }, policy).reply).toMatchObject({ kind: 'allow' });
    const other = { ...identity, groups: ['sales'] };
    expect(replayExchange({ ...traffic, identity: other }, policy).reply).toMatchObject({
      code: 'tool_not_allowed',
    });
  });
});
