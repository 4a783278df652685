import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createAuthority, issueLeaf, type PemPair } from './authority.ts';
import { DirectoryCertificate } from './source.ts';

const NOW = Date.now();

let folder: string;
let authority: PemPair;
let pair: PemPair;

beforeAll(async () => {
  authority = await createAuthority(NOW);
  pair = await issueLeaf(authority, ['localhost'], NOW);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  await write({ 'tls.crt': pair.certificate, 'tls.key': pair.key, 'ca.crt': authority.certificate });
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

describe('a folder with a certificate', () => {
  it.each([
    ['an authority that is no certificate', { 'ca.crt': 'text' }],
    ['an emptied certificate', { 'tls.crt': '' }],
    ['an emptied key', { 'tls.key': '' }],
  ])('%s in place of a good one is an error, and the good one stays', async (_name, files) => {
    const source = await DirectoryCertificate.open(folder);
    await write(files);
    await expect(source.refresh(NOW)).rejects.toThrow(folder);
    expect([source.pair.certificate, source.ca]).toEqual([pair.certificate, authority.certificate]);
    await expect(DirectoryCertificate.open(folder)).rejects.toThrow(folder);
  });

  it.each([
    ['emptied', async () => write({ 'ca.crt': '\n' })],
    ['taken away', async () => rm(join(folder, 'ca.crt'))],
  ])('an authority that is %s stays believed', async (_name, change) => {
    const source = await DirectoryCertificate.open(folder);
    await change();
    expect(await source.refresh(NOW)).toBe(false);
    expect(source.ca).toBe(authority.certificate);
  });

  it('a new leaf and authority are taken over, once', async () => {
    const source = await DirectoryCertificate.open(folder);
    const next = await createAuthority(NOW);
    const leaf = await issueLeaf(next, ['localhost'], NOW);
    await write({ 'tls.crt': leaf.certificate, 'tls.key': leaf.key, 'ca.crt': next.certificate });
    expect([await source.refresh(NOW), await source.refresh(NOW)]).toEqual([true, false]);
    expect([source.pair.certificate, source.ca]).toEqual([leaf.certificate, next.certificate]);
  });
});
