import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiKeys, mintKey } from './api-key.ts';
import { identify, type Identified } from './identify.ts';
import { callersOf } from './testing/callers.ts';
import { keySource } from './testing/key-source.ts';
import { ISSUER, PUBLIC_EC, token } from './testing/tokens.ts';

const NOW = Date.parse('2026-11-30T00:00:00.000Z');
const DESK = mintKey({ subject: 'desk', groups: ['support'], expires: '2027-01-01T00:00:00.000Z' });
const OLD = mintKey({ subject: 'old', groups: [], expires: '2026-11-30T00:00:00.000Z' });
const SHA = '0'.repeat(64);
const ENTRY = { sha256: SHA, subject: 'a', groups: [], expires: '2027-01-01T00:00:00.000Z' };

describe('a file of keys', () => {
  it.each<readonly [string, string]>([
    ['no JSON', 'sk-1'],
    ['a key in place of its hash', JSON.stringify({ ...ENTRY, sha256: DESK.apiKey })],
    ['upper-case hex', JSON.stringify({ ...ENTRY, sha256: 'A'.repeat(64) })],
    ['no subject', JSON.stringify({ ...ENTRY, subject: '' })],
    ['a group that is no text', JSON.stringify({ ...ENTRY, groups: [1] })],
    ['groups in one text', JSON.stringify({ ...ENTRY, groups: 'support' })],
    ['too many groups', JSON.stringify({ ...ENTRY, groups: Array<string>(257).fill('g') })],
    ['no end', JSON.stringify({ ...ENTRY, expires: undefined })],
    ['an end in another form', JSON.stringify({ ...ENTRY, expires: '2027-01-01' })],
    ['an end that is no day', JSON.stringify({ ...ENTRY, expires: '2027-02-31T00:00:00.000Z' })],
    ['an unknown member', JSON.stringify({ ...ENTRY, admin: true })],
    ['null', 'null'],
    ['a key twice', `${JSON.stringify(ENTRY)}\n${JSON.stringify({ ...ENTRY, subject: 'b' })}`],
  ])('with %s is invalid as a whole, and the message quotes nothing', (_, text) => {
    const message = ((): string => {
      try {
        return JSON.stringify(new ApiKeys('f', `${DESK.line}\n\n${text}`).identityOf(DESK.apiKey, NOW));
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    })();
    expect(message).toMatch(/^line [34] /);
    expect(message).not.toContain(SHA);
    expect(message).not.toContain(DESK.apiKey);
  });

  it('has up to 4096', () => {
    const lines = Array.from({ length: 4097 }, (_, index) =>
      JSON.stringify({ ...ENTRY, sha256: index.toString(16).padStart(64, '0') }),
    );
    expect(() => new ApiKeys('f', lines.join('\n'))).toThrow('line 4097 is beyond 4096 entries');
  });
});

const MISPLACED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['with a key and no scheme', { authorization: DESK.apiKey }],
  ['with a tab for a space', { authorization: `Bearer\t${DESK.apiKey}` }],
  ['with another scheme', { authorization: `Token ${DESK.apiKey}` }],
  ['with a key as basic credentials', { authorization: `Basic ${DESK.apiKey}` }],
  [
    'with a key in basic credentials',
    { authorization: `Basic ${Buffer.from(`ab:${DESK.apiKey}`).toString('base64')}` },
  ],
  ['with a key behind another', { 'x-api-key': `sk-1, ${DESK.apiKey}` }],
  ['with a quoted key', { 'x-api-key': `"${DESK.apiKey}"` }],
  ['with a key in a header of another product', { 'x-litellm-api-key': DESK.apiKey }],
  ['with a key in a cookie', { cookie: `a=b; key=${DESK.apiKey}` }],
];

const JWT = { issuer: ISSUER, audience: 'bot', jwks: { keys: [PUBLIC_EC] } };

describe('a request', () => {
  let dir = '';
  const faults: string[] = [];
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keys-'));
    await writeFile(join(dir, 'desk.keys'), `${DESK.line}\n${OLD.line}\n`);
    await writeFile(join(dir, 'broken.keys'), 'x');
  });
  afterAll(() => rm(dir, { recursive: true }));

  function ask(
    headers: Readonly<Record<string, string>>,
    callers: object = { apiKeys: [{ file: 'desk.keys' }] },
    secrets: string | null = dir,
  ): Promise<Identified> {
    const source = keySource(
      () => NOW,
      (file, reason) => faults.push(`${file}: ${reason}`),
      secrets,
    );
    return identify(callersOf(callers), headers, { nowMs: NOW, keySource: source, address: '' });
  }

  const bearer = `Bearer ${DESK.apiKey}`;
  const other = mintKey({ subject: 'x', groups: [], expires: '2027-01-01T00:00:00.000Z' }).apiKey;

  it.each<readonly [string, Readonly<Record<string, string>>, object, string | null]>([
    ['with an unknown key', { 'x-api-key': other }, {}, 'unknown_key'],
    ['with a key that has ended', { 'x-api-key': OLD.apiKey }, {}, 'key_expired'],
    ['with two keys', { 'x-api-key': other, authorization: bearer }, {}, 'several_keys'],
    ['with a key twice in a header', { 'x-api-key': `${DESK.apiKey}, ${DESK.apiKey}` }, {}, 'unknown_key'],
    ['with a missing file', { 'x-api-key': DESK.apiKey }, { apiKeys: [{ file: 'none' }] }, 'key_file'],
    [
      'with an invalid file',
      { 'x-api-key': DESK.apiKey },
      { apiKeys: [{ file: 'broken.keys' }] },
      'key_file',
    ],
    ['with a key of the model server', { 'x-api-key': 'sk-1' }, {}, null],
    [
      'with a key in a header that is not listed',
      { 'api-key': DESK.apiKey },
      { apiKeys: [{ file: 'desk.keys', headers: ['x-api-key'] }] },
      'misplaced_key',
    ],
    ...MISPLACED.map(([name, headers]) => [name, headers, {}, 'misplaced_key'] as const),
    [
      'with a key in another form where a mesh vouches for a gateway',
      { 'x-litellm-api-key': DESK.apiKey, 'x-forwarded-client-cert': 'URI=spiffe://a.test/ns/x/sa/gw' },
      { mesh: [{ peers: ['127.0.0.6'], trustDomains: ['a.test'] }] },
      'misplaced_key',
    ],
    [
      'with a token that does not verify beside it',
      { 'x-api-key': DESK.apiKey, authorization: `Bearer ${token({ claims: { exp: 1 } })}` },
      { jwt: [JWT], apiKeys: [{ file: 'desk.keys' }] },
      'expired',
    ],
    [
      'with a key where tokens are expected',
      { 'x-api-key': other },
      { jwt: [{ ...JWT, header: 'x-api-key' }], apiKeys: [{ file: 'desk.keys' }] },
      'unknown_key',
    ],
  ])('%s is anonymous', async (_, headers, change, fault) => {
    const found = await ask(headers, { apiKeys: [{ file: 'desk.keys' }], ...change });
    expect(found).toMatchObject({ identity: null, fault });
    const encoded = Buffer.from('llmb_').toString('base64').slice(0, 6);
    const own = Object.keys(headers).filter((name) =>
      ['llmb_', encoded].some((sign) => (headers[name] ?? '').includes(sign)),
    );
    if (fault !== null) expect(found.spent).toEqual(expect.arrayContaining(own));
    else expect(found.spent).toEqual([]);
  });

  it('is anonymous without a folder of secrets, and the log says so', async () => {
    expect(await ask({ authorization: bearer }, undefined, null)).toMatchObject({ fault: 'key_file' });
    expect(faults).toContain('desk.keys: the sidecar has no folder of secrets (--secrets)');
  });

  it.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'with a key in %s is of its subject',
    async (header) => {
      const found = await ask({ [header]: header === 'authorization' ? bearer : DESK.apiKey });
      expect(found).toEqual({
        identity: {
          via: 'api-key',
          issuer: 'api-keys:desk.keys',
          subject: 'desk',
          groups: ['support'],
          claims: {},
          actor: null,
        },
        fault: null,
        spent: [header],
      });
    },
  );

  it('is of the subject of its token where both verify, and neither goes on', async () => {
    const now = Math.floor(NOW / 1000);
    const headers = {
      'x-api-key': DESK.apiKey,
      authorization: `Bearer ${token({ claims: { iat: now, exp: now + 60 } })}`,
    };
    const found = await ask(headers, { jwt: [JWT], apiKeys: [{ file: 'desk.keys' }] });
    expect(found.identity).toMatchObject({ via: 'jwt', subject: 'ann' });
    expect(found.spent).toEqual(['authorization', 'x-api-key']);
  });

  it('is of its subject where its key is repeated in another form, which does not go on', async () => {
    const headers = { 'x-api-key': DESK.apiKey, authorization: DESK.apiKey };
    expect(await ask(headers)).toMatchObject({
      identity: { subject: 'desk' },
      spent: ['x-api-key', 'authorization'],
    });
    expect((await ask(headers, { apiKeys: [{ file: 'desk.keys', forward: true }] })).spent).toEqual([
      'authorization',
    ]);
  });

  it('keeps its key where policy forwards it, in both headers of an SDK', async () => {
    const headers = { 'x-api-key': DESK.apiKey, authorization: bearer };
    expect((await ask(headers)).spent).toEqual(['authorization', 'x-api-key']);
    expect((await ask(headers, { apiKeys: [{ file: 'desk.keys', forward: true }] })).spent).toEqual([]);
  });
});

describe('a file that changes', () => {
  it('holds as it is now: keys come and go, and an invalid state has none', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'keys-'));
    let now = NOW;
    const faults: string[] = [];
    const { files } = keySource(
      () => now,
      (_, reason) => faults.push(reason),
      dir,
    );
    const write = async (text: string): Promise<void> => {
      await rm(join(dir, 'f'), { force: true });
      await writeFile(join(dir, 'f'), text);
      now += 1000;
    };
    const subjects = async (): Promise<readonly (string | null)[]> => {
      const keys = await files.at('f');
      return [DESK, OLD].map(({ apiKey }) => {
        const found = keys?.identityOf(apiKey, 0) ?? null;
        return found === null || found === 'key_expired' ? null : found.subject;
      });
    };
    expect(await subjects()).toEqual([null, null]);
    await write(DESK.line);
    expect(await subjects()).toEqual(['desk', null]);
    await write(`${DESK.line}\n${OLD.line}\n`);
    expect(await subjects()).toEqual(['desk', 'old']);
    await write(OLD.line);
    expect(await Promise.all([subjects(), subjects()])).toEqual([
      [null, 'old'],
      [null, 'old'],
    ]);
    await write('{}');
    expect(await subjects()).toEqual([null, null]);
    now += 1000;
    expect(await subjects()).toEqual([null, null]);
    expect(faults).toHaveLength(2);
    await rm(dir, { recursive: true });
  });
});
