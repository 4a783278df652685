import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';

import type { SealedBody } from '../../exchange/index.ts';
import type { SealTerms } from '../record/sealer.ts';
import { SealedFolder } from './sealed-folder.ts';

let dir = '';
let identity = '';
let other = '';
let terms: SealTerms = { recipients: [], sample: 1, bodyBytes: 1024 * 1024, folderBytes: 16 * 1024 * 1024 };
let erased: string[][] = [];

beforeAll(async () => {
  identity = await generateIdentity();
  other = await generateIdentity();
  const recipients = [await identityToRecipient(identity), await identityToRecipient(other)];
  terms = { ...terms, recipients };
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealed-'));
  erased = [];
});

afterEach(() => rm(dir, { recursive: true, force: true }));

function opened(prunes = true, volumeBytes = 2 ** 30): Promise<SealedFolder> {
  return SealedFolder.open({
    dir,
    volumeBytes,
    prunes: () => prunes,
    erased: (bodies) => void erased.push(bodies.map((body) => body.sha256)),
  });
}

async function keep(
  folder: SealedFolder,
  pieces: readonly Uint8Array[],
  changes: Partial<SealTerms> = {},
): Promise<SealedBody | null> {
  const seal = folder.begin('request', { ...terms, ...changes });
  for (const piece of pieces) seal.write(piece);
  return seal.finish();
}

function fileOf(sha256: string): string {
  return join(dir, 'sealed', `${sha256}.age`);
}

async function bodyIn(sha256: string, by: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(by);
  return Buffer.from(await decrypter.decrypt(await readFile(fileOf(sha256))));
}

describe('SealedFolder', () => {
  it('refuses, where nothing may go, what there is no room for', async () => {
    const folder = await opened(false);
    await keep(folder, [randomBytes(20_000)], { folderBytes: 30_000 });
    await expect(keep(folder, [randomBytes(20_000)], { folderBytes: 30_000 })).rejects.toThrow(
      'could not be kept',
    );
    expect((await readdir(join(dir, 'sealed'))).length).toBe(1);
    // What was taken for it is given back.
    await expect(keep(folder, [Buffer.from('small')], { folderBytes: 40_000 })).resolves.not.toBeNull();
  });

  it('refuses a body that is more than the folder may hold', async () => {
    const folder = await opened();
    await expect(keep(folder, [randomBytes(50_000)], { folderBytes: 30_000 })).rejects.toThrow(
      'could not be kept',
    );
    expect(await readdir(join(dir, 'sealed'))).toEqual([]);
  });

  it('says that a disk does not take it', async () => {
    const folder = await opened();
    await writeFile(join(dir, 'sealed'), 'no folder');
    await expect(keep(folder, [Buffer.from('lost')])).rejects.toThrow('could not be kept');
  });

  it('keeps nothing of what is abandoned, and nothing that an earlier process did not finish', async () => {
    const folder = await opened();
    const seal = folder.begin('response', terms);
    seal.write(Buffer.from('half a reply'));
    seal.abandon();
    await expect(seal.finish()).rejects.toThrow('could not be kept');
    await keep(folder, [Buffer.from('another')]);
    await writeFile(join(dir, 'sealed', 'left.part'), 'x');
    await opened();
    expect((await readdir(join(dir, 'sealed'))).map((name) => name.slice(64))).toEqual(['.age']);
  });

  it.each([
    ['one byte', [1]],
    ['pieces', [5, 0, 7, 70_000, 1]],
    ['a whole chunk of age', [65_536]],
    ['a MiB', [2 ** 20]],
  ])('keeps %s, which each identity opens', async (_, sizes) => {
    const pieces = sizes.map((size) => randomBytes(size));
    const body = Buffer.concat(pieces);
    const kept = await keep(await opened(), pieces);
    expect(kept).toMatchObject({ part: 'request', bytes: body.length, isCut: false });
    const { sha256 = '' } = kept ?? {};
    expect(
      createHash('sha256')
        .update(await readFile(fileOf(sha256)))
        .digest('hex'),
    ).toBe(sha256);
    expect(body.equals(await bodyIn(sha256, identity))).toBe(true);
    expect(body.equals(await bodyIn(sha256, other))).toBe(true);
    await expect(bodyIn(sha256, await generateIdentity())).rejects.toThrow();
  });

  it('keeps nothing of an empty body, and no two that look alike', async () => {
    const folder = await opened();
    expect(await keep(folder, [])).toBeNull();
    const [a, b] = [await keep(folder, [Buffer.from('yes')]), await keep(folder, [Buffer.from('yes')])];
    expect(a?.sha256).not.toBe(b?.sha256);
  });

  it('cuts what is too long, and says so', async () => {
    const kept = await keep(await opened(), [Buffer.from('0123'), Buffer.from('4567'), Buffer.from('89')], {
      bodyBytes: 6,
    });
    expect(kept).toMatchObject({ bytes: 6, isCut: true });
    expect((await bodyIn(kept?.sha256 ?? '', identity)).toString()).toBe('012345');
  });

  it('asks for a pause while much waits', async () => {
    let drained = 0;
    const seal = (await opened()).begin('response', terms, () => (drained += 1));
    seal.write(randomBytes(300_000));
    expect(seal.isFull).toBe(true);
    await seal.finish();
    expect([seal.isFull, drained]).toEqual([false, 1]);
  });

  it('removes the oldest to make room, those of earlier processes first', async () => {
    const before = await opened();
    const old = await keep(before, [randomBytes(20_000)]);
    const older = await keep(before, [randomBytes(20_000)]);
    await utimes(fileOf(older?.sha256 ?? ''), 1, 1);
    const folder = await opened();
    expect(folder.usedBytes).toBeGreaterThan(40_000);
    const now = await keep(folder, [randomBytes(20_000)], { folderBytes: 60_000 });
    expect((await readdir(join(dir, 'sealed'))).sort()).toEqual(
      [`${old?.sha256}.age`, `${now?.sha256}.age`].sort(),
    );
    expect(erased).toEqual([[older?.sha256]]);
  });

  it('names what it removed in lists that a line of the record has room for', async () => {
    const names = Array.from({ length: 1_200 }, (_, index) => index.toString(16).padStart(64, '0'));
    await mkdir(join(dir, 'sealed'));
    for (const name of names) await writeFile(fileOf(name), 'x');
    const folder = await opened();
    await keep(folder, [Buffer.from('small')], { folderBytes: folder.usedBytes });
    const lengths = erased.map((each) => each.length);
    expect([lengths.length > 1, Math.max(...lengths)]).toEqual([true, 128]);
    const left = new Set(await readdir(join(dir, 'sealed')));
    expect(names.filter((name) => !left.has(`${name}.age`)).sort()).toEqual(erased.flat().sort());
  });

  it('has room for all that come at once, while it removes others', async () => {
    const folder = await opened();
    for (let round = 0; round < 5; round += 1) {
      const all = Array.from({ length: 8 }, () => keep(folder, [randomBytes(600)], { folderBytes: 80_000 }));
      expect(await Promise.all(all)).not.toContain(null);
    }
    expect(folder.usedBytes).toBeLessThanOrEqual(80_000);
  });

  it('takes half of the volume at most', async () => {
    const folder = await opened(true, 100_000);
    for (let each = 0; each < 8; each += 1) await keep(folder, [randomBytes(10_000)]);
    expect(folder.usedBytes).toBeLessThanOrEqual(50_000);
  });
});
