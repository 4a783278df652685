import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';

import { runs } from '../detectors/testing/runs.ts';
import { ISSUER, KEYS, NOW, PUBLIC_EC, PUBLIC_OTHER, PUBLIC_RSA, token } from './testing/tokens.ts';
import { callersOf } from './testing/callers.ts';
import { keySource } from './testing/key-source.ts';
import { CREDENTIAL_FAULTS } from './fault.ts';
import { identify, type Identified } from './identify.ts';
import type { CompiledCallers } from '../policy/compile/compiled-callers.ts';

const JWT = {
  issuer: ISSUER,
  audience: ['bot', 'bots'],
  groupsClaim: 'groups',
  jwks: {
    keys: [
      { ...PUBLIC_EC, kid: 'e' },
      { ...PUBLIC_RSA, kid: 'r', alg: 'RS256' },
    ],
  },
};

function callersWith(change: object = {}): CompiledCallers {
  return callersOf({ jwt: [{ ...JWT, ...change }] });
}

const CALLERS = callersWith();
const SOURCE = keySource();

function ask(written: string, callers = CALLERS): Promise<Identified> {
  return identify(
    callers,
    { authorization: `Bearer ${written}` },
    { nowMs: NOW * 1000, keySource: SOURCE, address: '' },
  );
}

const RSA_PEM = createPublicKey(KEYS.rsa).export({ type: 'spki', format: 'pem' }).toString();
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same token with another last character: base64url ignores some of its bits. */
function loose(written: string): string {
  const last = BASE64URL.indexOf(written.at(-1) ?? '');
  return written.slice(0, -1) + (BASE64URL[last ^ 1] ?? '');
}

function deep(depth: number): object {
  return depth === 0 ? { sub: 'x' } : { sub: 'x', act: deep(depth - 1) };
}

describe('a token that does not verify', () => {
  it.each<readonly [string, string, keyof typeof CREDENTIAL_FAULTS]>([
    ['is none', 'sk-provider-key', 'malformed'],
    ['has two parts', token().split('.').slice(0, 2).join('.'), 'malformed'],
    ['has five parts', `${token()}.a.b`, 'malformed'],
    ['is repeated', `${token()}, ${token()}`, 'malformed'],
    ['has bits that stand for nothing', loose(token()), 'malformed'],
    ['is too long', token({ claims: { pad: 'x'.repeat(8192) } }), 'too_large'],
    ['has alg none and no signature', token({ header: { alg: 'none' }, key: null }), 'malformed'],
    ['has alg none and a signature', token({ header: { alg: 'none' } }), 'algorithm'],
    ['has no alg', token({ header: { alg: undefined } }), 'algorithm'],
    [
      'is HS256 with the public key as secret',
      token({ header: { alg: 'HS256', kid: 'r' }, key: RSA_PEM }),
      'algorithm',
    ],
    [
      'is HS256 with the JWK as secret',
      token({ header: { alg: 'HS256', kid: 'r' }, key: JSON.stringify(PUBLIC_RSA) }),
      'algorithm',
    ],
    [
      'has another algorithm than its key',
      token({ header: { alg: 'PS256', kid: 'r' }, key: KEYS.rsa }),
      'key',
    ],
    ['says RS256 over an EC signature', token({ header: { alg: 'RS256', kid: 'r' } }), 'signature'],
    ['has an unknown kid', token({ header: { kid: 'x' } }), 'key'],
    ['is signed by another key', token({ key: KEYS.other }), 'signature'],
    ['brings its own key', token({ header: { jwk: PUBLIC_OTHER }, key: KEYS.other }), 'signature'],
    ['brings its own certificate', token({ header: { x5c: ['MIIB'] }, key: KEYS.other }), 'signature'],
    [
      'names where its key is',
      token({ header: { jku: 'https://evil.test/jwks' }, key: KEYS.other }),
      'signature',
    ],
    [
      'names where its certificate is',
      token({ header: { x5u: 'https://evil.test/c' }, key: KEYS.other }),
      'signature',
    ],
    ['has crit', token({ header: { crit: ['x'], x: 1 } }), 'critical'],
    ['has crit and b64', token({ header: { crit: ['b64'], b64: false } }), 'malformed'],
    ['is of another issuer', token({ claims: { iss: 'https://evil.test' } }), 'issuer'],
    ['has an issuer with a slash more', token({ claims: { iss: `${ISSUER}/` } }), 'issuer'],
    ['has no issuer', token({ claims: { iss: undefined } }), 'malformed'],
    ['is for another audience', token({ claims: { aud: 'other' } }), 'audience'],
    ['is for other audiences', token({ claims: { aud: ['other', 'bo'] } }), 'audience'],
    ['has no audience', token({ claims: { aud: undefined } }), 'audience'],
    ['has expired', token({ claims: { exp: NOW - 31 } }), 'expired'],
    ['never expires', token({ claims: { exp: undefined } }), 'no_expiry'],
    ['expires at a text', token({ claims: { exp: `${NOW + 300}` } }), 'malformed'],
    ['is not valid yet', token({ claims: { nbf: NOW + 31 } }), 'not_yet'],
    ['was issued later', token({ claims: { iat: NOW + 31 } }), 'not_yet'],
    ['has no subject', token({ claims: { sub: undefined } }), 'subject'],
    ['has an empty subject', token({ claims: { sub: '' } }), 'subject'],
    ['has a number as subject', token({ claims: { sub: 7 } }), 'subject'],
    ['has an actor without sub', token({ claims: { act: { iss: 'x' } } }), 'actor'],
    ['has too many actors', token({ claims: { act: deep(8) } }), 'actor'],
  ])('%s', async (_, written, fault) => {
    const found = await ask(written);
    expect(found).toMatchObject({ identity: null, fault });
    expect(CREDENTIAL_FAULTS[fault]).toMatch(/^[a-zA-Z0-9 .;:()[\]]+$/);
  });

  it('leaves a credential that is for the model server where it is', async () => {
    expect(await ask('sk-provider-key')).toMatchObject({ fault: 'malformed', spent: [] });
    expect(await ask(token({ claims: { iss: 'https://other.test' } }))).toMatchObject({ spent: [] });
    expect(await ask(token({ claims: { exp: 1 } }))).toMatchObject({ spent: ['authorization'] });
  });

  it.each(['Basic YTpi', '', 'Bearer'])('is not looked for in %j', async (authorization) => {
    expect(
      await identify(CALLERS, { authorization }, { nowMs: NOW * 1000, keySource: SOURCE, address: '' }),
    ).toEqual({
      identity: null,
      fault: null,
      spent: [],
    });
  });
});

describe('a token that verifies', () => {
  it('gives an identity', async () => {
    const act = { sub: 'agent', act: { sub: 'gateway', iss: 'https://gw.test' } };
    const { identity, fault, spent } = await ask(token({ claims: { act } }));
    expect({ fault, spent }).toEqual({ fault: null, spent: ['authorization'] });
    expect(identity).toMatchObject({
      via: 'jwt',
      issuer: ISSUER,
      subject: 'ann',
      groups: ['support'],
      claims: { aud: 'bot' },
      actor: {
        subject: 'agent',
        issuer: null,
        actor: { subject: 'gateway', issuer: 'https://gw.test', actor: null },
      },
    });
  });

  it.each<readonly [string, string]>([
    ['with RSA', token({ header: { alg: 'RS256', kid: 'r' }, key: KEYS.rsa })],
    ['with a kid', token({ header: { kid: 'e' } })],
    ['for several audiences', token({ claims: { aud: ['x', 'bots'] } })],
    ['just expired', token({ claims: { exp: NOW - 29 } })],
    ['just issued', token({ claims: { iat: NOW + 29, nbf: NOW + 29 } })],
  ])('%s', async (_, written) => {
    expect((await ask(written)).identity?.subject).toBe('ann');
  });

  it('has its claims where policy says', async () => {
    const callers = callersWith({
      subjectClaim: 'email',
      groupsClaim: ['realm_access', 'roles'],
      header: 'x-caller',
      forward: true,
    });
    const written = token({ claims: { email: 'ann@example.com', realm_access: { roles: 'admin' } } });
    expect(await ask(written, callers)).toEqual({ identity: null, fault: null, spent: [] });
    const found = await identify(
      callers,
      { authorization: 'Bearer sk', 'x-caller': written },
      { nowMs: NOW * 1000, keySource: SOURCE, address: '' },
    );
    expect(found).toMatchObject({ identity: { subject: 'ann@example.com', groups: ['admin'] }, spent: [] });
  });

  it('is forwarded by policy, and one that does not verify is not', async () => {
    const callers = callersWith({ forward: true });
    expect(await ask(token(), callers)).toMatchObject({ fault: null, spent: [] });
    expect(await ask(token({ key: KEYS.other }), callers)).toMatchObject({
      fault: 'signature',
      spent: ['authorization'],
    });
  });

  it.each([
    [undefined, null],
    [null, null],
    ['', null],
    [7, null],
    [[''], null],
    [['a', 7], null],
    [['a', null], null],
    [{ a: 1 }, null],
    [['a', 'x'.repeat(257)], null],
    [Array.from({ length: 257 }, () => 'g'), null],
    [[], []],
    ['a', ['a']],
  ])('with groups (row %#) tells all of them, or nothing of them', async (groups, told) => {
    expect(await ask(token({ claims: { groups } }))).toMatchObject({
      fault: null,
      identity: { groups: told },
    });
  });

  it('tells no groups where policy names no claim', async () => {
    const callers = callersWith({ groupsClaim: undefined });
    expect((await ask(token(), callers)).identity?.groups).toBeNull();
  });
});

describe('a token for which several keys fit', () => {
  const rotating = callersWith({
    jwks: { keys: [{ ...PUBLIC_EC, kid: 'a' }, { ...PUBLIC_OTHER, kid: 'b' }, PUBLIC_RSA] },
  });
  const same = callersWith({
    jwks: {
      keys: [
        { ...PUBLIC_EC, kid: 'e' },
        { ...PUBLIC_OTHER, kid: 'e' },
      ],
    },
  });

  it.each<readonly [string, CompiledCallers, string, string | null]>([
    [
      'is of none of them',
      callersWith({ jwks: { keys: [PUBLIC_OTHER, PUBLIC_OTHER] } }),
      token(),
      'signature',
    ],
    ['is of the first one and has expired', rotating, token({ claims: { exp: 1 } }), 'expired'],
    [
      'is of the last one and has expired',
      rotating,
      token({ key: KEYS.other, claims: { exp: 1 } }),
      'expired',
    ],
    ['names another one', rotating, token({ header: { kid: 'b' } }), 'signature'],
    ['is of the first one', rotating, token(), null],
    ['is of the last one', rotating, token({ key: KEYS.other }), null],
    ['is of the last one of its kid', same, token({ header: { kid: 'e' }, key: KEYS.other }), null],
  ])('%s', async (_, callers, written, fault) => {
    const found = await ask(written, callers);
    expect([found.fault, found.identity?.subject]).toEqual([fault, fault === null ? 'ann' : undefined]);
  });
});

describe('mutations of a valid token', () => {
  const written = token();
  const characters = `${BASE64URL}.=+/ `;
  const at = fc.nat(written.length - 1);
  const character = fc.nat(characters.length - 1).map((index) => characters.charAt(index));
  const edit = fc.oneof(
    fc.tuple(at, character).map(
      ([i, c]) =>
        (text: string) =>
          text.slice(0, i) + c + text.slice(i + 1),
    ),
    fc.tuple(at, character).map(
      ([i, c]) =>
        (text: string) =>
          text.slice(0, i) + c + text.slice(i),
    ),
    at.map((i) => (text: string) => text.slice(0, i) + text.slice(i + 1)),
    fc.tuple(at, at).map(
      ([i, j]) =>
        (text: string) =>
          text.slice(0, i) + text.slice(j),
    ),
  );

  it('are never accepted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const mutated = edits.reduce((text, change) => change(text), written);
        // White space at its end ends the header.
        fc.pre(mutated.trim() !== written);
        expect((await ask(mutated)).identity).toBeNull();
      }),
      { numRuns: runs(300) },
    );
  });
});
