import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';

import fc from 'fast-check';

import { mintKey } from './api-key.ts';
import { identify } from './identify.ts';
import { ISSUER, KEYS, NOW, PUBLIC_EC, PUBLIC_RSA, token } from './testing/tokens.ts';
import { keySource } from './testing/key-source.ts';
import { callersOf } from './testing/callers.ts';
import { runs } from '../detectors/testing/runs.ts';

const RUNS = 10_000;
const JWT = {
  issuer: ISSUER,
  audience: 'bot',
  jwks: {
    keys: [
      { ...PUBLIC_EC, kid: 'e' },
      { ...PUBLIC_RSA, kid: 'r', alg: 'RS256' },
    ],
  },
};
const { apiKey, line } = mintKey({ subject: 'desk', groups: [], expires: '2030-01-01T00:00:00.000Z' });
const TOKENS = [token(), token({ header: { alg: 'RS256', kid: 'r' }, key: KEYS.rsa })];
const PEM = createPublicKey(KEYS.rsa).export({ type: 'spki', format: 'pem' }).toString();

const CALLERS = callersOf({ jwt: [JWT], apiKeys: [{ file: 'desk.keys' }] });
let dir = '';
let source = keySource();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'));
  await writeFile(join(dir, 'desk.keys'), line);
  source = keySource(() => NOW * 1000, undefined, dir);
});
afterAll(() => rm(dir, { recursive: true }));

/** What can stand in a header, without spaces, which end a credential. */
const char = fc.oneof(
  fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/'.split('')),
  fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
);

type Change = (text: string) => string;

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), char).map(
    ([at, by]): Change =>
      (text) =>
        text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1),
  ),
  fc.tuple(fc.nat(), char).map(
    ([at, by]): Change =>
      (text) =>
        text.slice(0, at % (text.length + 1)) + by + text.slice(at % (text.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })).map(
    ([at, length]): Change =>
      (text) =>
        text.slice(0, at % text.length) + text.slice((at % text.length) + length),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([a, b]): Change => (text) => {
    const chars = text.split('');
    const [i, j] = [a % chars.length, b % chars.length];
    [chars[i], chars[j]] = [chars[j] ?? '', chars[i] ?? ''];
    return chars.join('');
  }),
  fc.constantFrom<Change>(
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
    (text) => text + text,
    (text) => `${text}, ${text}`,
    (text) => text.split('.').reverse().join('.'),
  ),
);

const value = fc.oneof(
  fc.constantFrom<unknown>(
    'none',
    'None',
    'HS256',
    'ES256',
    'RS256',
    'e',
    'r',
    'bot',
    ISSUER,
    'root',
    '',
    null,
  ),
  fc.jsonValue({ maxDepth: 1 }),
);

/** A token with other members, and a signature that is not the issuer's over it: that of the original, of another key, or none. */
const forged = fc
  .record({
    header: fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'jwk', 'jku', 'crit', 'zip', 'b64'), value),
    claims: fc.dictionary(fc.constantFrom('iss', 'aud', 'sub', 'exp', 'nbf', 'act', 'groups'), value),
    key: fc.constantFrom(
      KEYS.other,
      PEM,
      JSON.stringify(PUBLIC_RSA),
      JSON.stringify(PUBLIC_EC),
      'secret',
      null,
    ),
    keep: fc.boolean(),
  })
  .map(({ keep, ...change }) => {
    const made = token(change);
    const [head = '', body = ''] = made.split('.');
    return keep ? `${head}.${body}.${TOKENS[0]?.split('.')[2] ?? ''}` : made;
  });

async function isAccepted(credential: string, header = 'authorization'): Promise<boolean> {
  const given = { [header]: header === 'authorization' ? `Bearer ${credential}` : credential };
  const verification = { nowMs: NOW * 1000, keySource: source, address: '' };
  return (await identify(CALLERS, given, verification)).identity !== null;
}

describe(`${RUNS} mutations of credentials`, () => {
  it('have originals that are accepted', async () => {
    for (const each of [...TOKENS, apiKey]) expect(await isAccepted(each)).toBe(true);
    expect(await isAccepted(apiKey, 'x-api-key')).toBe(true);
  });

  it('of tokens and keys: none is accepted', async () => {
    const mutated = fc
      .tuple(fc.constantFrom(...TOKENS, apiKey), fc.array(changes, { minLength: 1, maxLength: 3 }))
      .map(([text, all]) => [text, all.reduce((changed, change) => change(changed), text)] as const);
    await fc.assert(
      fc.asyncProperty(
        mutated,
        fc.constantFrom('authorization', 'x-api-key'),
        async ([original, text], header) => {
          fc.pre(text !== original && text !== '');
          expect(await isAccepted(text, header)).toBe(false);
        },
      ),
      { numRuns: runs(RUNS * 0.7) },
    );
  });

  it('of what tokens say, under any other signature: none is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(forged, async (text) => {
        fc.pre(!TOKENS.includes(text));
        expect(await isAccepted(text)).toBe(false);
      }),
      { numRuns: runs(RUNS * 0.3) },
    );
  });
});
