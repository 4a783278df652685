import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mintKey } from '../callers/index.ts';
import { keySource } from '../callers/testing/key-source.ts';
import { Live, policyOf, send, type Got } from './test-kit.ts';
import { SAMPLES, type Sample } from './testing/samples.ts';

const { apiKey, line } = mintKey({
  subject: 'desk',
  groups: ['support'],
  expires: '2100-01-01T00:00:00.000Z',
});
const unknown = mintKey({ subject: 'x', groups: [], expires: '2100-01-01T00:00:00.000Z' }).apiKey;

describe('an API key', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keys-'));
    await writeFile(join(dir, 'desk.keys'), line);
  });
  afterAll(() => rm(dir, { recursive: true }));

  async function ask(
    sample: Sample,
    headers: Readonly<Record<string, string>>,
    { secrets = dir, more = '' }: { readonly secrets?: string | null; readonly more?: string } = {},
  ): Promise<{ readonly got: Got; readonly heads: readonly IncomingHttpHeaders[]; readonly record: string }> {
    const policy = policyOf(`callers: { require: true, apiKeys: [{ file: desk.keys }] }\n${more}`);
    const live = new Live({ policy, change: { keySource: keySource(Date.now, undefined, secrets) } });
    const heads: IncomingHttpHeaders[] = [];
    live.answer = (request, response) => {
      heads.push(request.headers);
      request.resume().on('end', () => {
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(sample.whole('Hi.')));
      });
    };
    await live.start();
    try {
      const body = JSON.stringify(sample.request('Hello.'));
      const got = await send(live.port, {
        path: sample.path,
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      return { got, heads, record: JSON.stringify(live.ledger.decisions) };
    } finally {
      await live.close();
    }
  }

  describe.each(SAMPLES.map((sample) => [sample.name, sample] as const))('of %s', (_, sample) => {
    it.each<readonly [string, string, string | null]>([
      ['the API key is not one of callers.apiKeys', unknown, ''],
      ['a file of callers.apiKeys cannot be read, so none of its keys is accepted', apiKey, null],
    ])('is refused: %s', async (told, given, secrets) => {
      const { got, heads, record } = await ask(
        sample,
        { 'x-api-key': given },
        secrets === null ? { secrets } : {},
      );
      expect(got.status).toBe(401);
      expect(got.headers['www-authenticate']).toContain(told);
      expect(got.body).toContain(told);
      expect(got.body + record).not.toContain(given);
      expect(heads).toEqual([]);
    });

    it.each(['x-api-key', 'api-key', 'x-goog-api-key', 'authorization'])(
      'verifies its subject from %s, and neither the server nor the record has it',
      async (header) => {
        const value = header === 'authorization' ? `Bearer ${apiKey}` : apiKey;
        const { got, heads, record } = await ask(
          sample,
          { [header]: value, 'x-other': 'kept' },
          { more: 'audit: { callers: subject }' },
        );
        expect(got.status).toBe(200);
        expect(heads).toMatchObject([{ 'x-other': 'kept' }]);
        expect(JSON.stringify(heads) + record).not.toContain(apiKey);
        expect(record).toContain(
          '"via":"api-key","issuer":"api-keys:desk.keys","digest":null,"subject":"desk"',
        );
      },
    );
  });

  it('of the model server goes on beside it', async () => {
    const [sample] = SAMPLES;
    if (sample === undefined) throw new Error('no sample');
    const { heads } = await ask(sample, { 'x-api-key': apiKey, authorization: 'Bearer sk-1' });
    expect(heads).toMatchObject([{ authorization: 'Bearer sk-1' }]);
    expect(heads[0]).not.toHaveProperty('x-api-key');
  });
});
