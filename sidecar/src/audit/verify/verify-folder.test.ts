import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseVerifier } from '../record/note.ts';
import { collect } from './collect.ts';
import { forged, joined, writeLog } from './testing/sealed-log.ts';
import { verifyFiles } from './verify.ts';

describe('verify of a folder', () => {
  let folder = '';
  let second = '';
  let files: readonly string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verify-folder-'));
    await writeLog(folder, 3, { clock: () => 1_000_000 });
    second = await writeLog(folder, 30, {
      clock: () => 2_000_000,
      limits: { fileBytes: 8_000, checkpointMs: 0 },
    });
    files = (await readdir(folder)).filter((entry) => entry.endsWith('.jsonl')).sort();
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function exit(keys: readonly string[] = [second]): Promise<number> {
    const verifiers = keys.flatMap((known) => parseVerifier(known) ?? []);
    return (await verifyFiles(await collect([folder]), { keys: verifiers, live: false })).exit;
  }

  it('takes all logs in it on the word of the newest key', async () => {
    expect(files.length).toBeGreaterThan(3);
    expect(await exit()).toBe(0);
  });

  it('derives the order of files from their content', async () => {
    for (const [index, file] of files.entries()) {
      const content = await readFile(join(folder, file));
      await rm(join(folder, file));
      const other = `audit-20000101T000000000Z-0123456789abcdef-${String(100 - index).padStart(6, '0')}.jsonl`;
      await writeFile(join(folder, other), content);
    }
    expect(await exit()).toBe(0);
  });

  it.each([
    ['the oldest log', 0, 3],
    ['the first file of the newer log', 1, 3],
    ['a file in its middle', 2, 3],
    ['its last file', -1, 4],
  ])('misses %s', async (_name, at, expected) => {
    await rm(join(folder, files.at(at) ?? ''));
    expect(await exit()).toBe(expected);
  });

  it('knows where the older log ended, even without a seal', async () => {
    const path = join(folder, files[0] ?? '');
    const whole = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    await writeFile(path, joined(whole.slice(0, -2)));
    expect(await exit()).toBe(1);
  });

  it('finds an older log that was written anew', async () => {
    const path = join(folder, files[0] ?? '');
    const first = (await readFile(path, 'utf8')).split('\n')[0] ?? '';
    const { origin } = JSON.parse(first) as { readonly origin: string };
    await writeFile(path, joined(forged(origin, 3).lines));
    expect(await exit()).toBe(1);
  });

  it('does not trust a log that was put beside the others', async () => {
    const stranger = forged('a/b/c/chain/0123456789abcdef', 1);
    await writeFile(
      join(folder, 'audit-20300101T000000000Z-0123456789abcdef-000000.jsonl'),
      joined(stranger.lines),
    );
    expect(await exit()).toBe(4);
  });
});
