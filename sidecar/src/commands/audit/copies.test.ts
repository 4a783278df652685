import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { KEEPINGS, openLog, record, writtenLog } from '../../audit/fleet/testing/kept-fleet.ts';
import { EVERYTHING } from '../../audit/verify/filter.ts';
import { exportCommand, showCommand } from './commands.ts';
import { run } from './testing/two-exchanges.ts';

let dir = '';
let lines: readonly string[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-copies-'));
  const log = await openLog(join(dir, 'pod'), { namespace: 'ml', name: 'agent-a', uid: 'uid-a' });
  await record(log, 0, 5);
  await log.close();
  lines = (await writtenLog(join(dir, 'pod'), log)).lines;
});
afterAll(() => rm(dir, { recursive: true }));

async function decisionsIn(...paths: readonly string[]): Promise<number> {
  const { out } = await run((output) =>
    exportCommand({ paths, fromLog: null, fromOtlp: [] }, EVERYTHING, 'jsonl', output),
  );
  return out.length;
}

describe('a path', () => {
  it('with text of no log in it shows nothing, with exit 3', async () => {
    const path = join(dir, 'notes.txt');
    await writeFile(path, 'no line of a record\n');
    const source = { paths: [path], fromLog: null, fromOtlp: [] };
    const { exit, out } = await run((output) => showCommand(source, EVERYTHING, false, output));
    expect({ exit, out }).toEqual({ exit: 3, out: [] });
  });

  it('that is a cut archive is refused by its name', async () => {
    const path = join(dir, 'cut.jsonl.gz');
    const whole = gzipSync(lines.map((line) => `${line}\n`).join(''));
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(decisionsIn(path)).rejects.toThrow(`${path}: cannot be unpacked to its end`);
  });

  it.each(Object.entries(KEEPINGS))('may be a copy of the kind %s', async (kind, keep) => {
    const path = await keep(join(dir, 'copies', kind), lines);
    expect(await decisionsIn(path)).toBe(5);
  });

  it('may be a folder of copies of any kind, in which each line counts once', async () => {
    for (const [kind, keep] of Object.entries(KEEPINGS))
      if (kind !== 'file') await keep(join(dir, 'mixed', kind), lines);
    expect(await decisionsIn(join(dir, 'mixed'))).toBe(5);
  });
});
