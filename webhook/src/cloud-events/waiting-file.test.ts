import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WaitingFile, type Waiting } from './waiting-file.ts';

let dir = '';
let path = '';
const warnings: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'waiting-'));
  path = join(dir, 'cloud-events.json');
  warnings.length = 0;
});
afterEach(() => rm(dir, { recursive: true }));

function file(at = path, pause: () => Promise<void> = () => Promise.resolve()): WaitingFile {
  return new WaitingFile({ path: at, warn: (text) => void warnings.push(text), pause });
}

function waiting(message: string): Waiting {
  return {
    happening: {
      ...{ type: 'record.silent.v1', pod: { namespace: 'ml', name: 'a', uid: 'u' } },
      ...{ data: { message, count: 3 }, timeMs: 5 },
    },
    id: '0c5b5a4e-5a0f-4f3f-9a57-6f0a3f0c9e11',
    sinceMs: 7,
  };
}

it.each(['', 'null', '{}', '[', '[1', '"x"'])(
  'has nothing of a file that is none, and says so: %j',
  async (text) => {
    await writeFile(path, text);
    expect(await file().read()).toEqual([]);
    expect(warnings).toEqual(['the CloudEvents that waited cannot be read: lost']);
  },
);

it('leaves out entries that it does not know, as of a later version', async () => {
  const later = { ...waiting('x'), happening: { ...waiting('x').happening, type: 'record.silent.v9' } };
  await writeFile(path, JSON.stringify([later, 5, waiting('b'), { ...waiting('c'), id: '../x' }]));
  expect(await file().read()).toEqual([waiting('b')]);
});

it('warns once where it cannot write, and writes when it can', async () => {
  let round = 0;
  const at = join(dir, 'later', 'x.json');
  const late = new WaitingFile({
    ...{ path: at, warn: (text) => void warnings.push(text) },
    pause: async () => {
      round += 1;
      if (round === 3) await mkdir(join(dir, 'later'));
    },
  });
  late.changed(() => [waiting('a')]);
  while (round < 4) await new Promise((resolve) => setImmediate(resolve));
  expect(await late.close()).toBe(true);
  expect(await file(at).read()).toEqual([waiting('a')]);
  expect(warnings).toEqual(['waiting CloudEvents are not stored (ENOENT): a restart loses them']);
});

it('says at the end that it has not all', async () => {
  const none = file(join(dir, 'none', 'x.json'), () => new Promise(() => undefined));
  none.changed(() => [waiting('a')]);
  expect(await none.close()).toBe(false);
});

it('is empty at first, without a word', async () => {
  expect(await file().read()).toEqual([]);
  expect(warnings).toEqual([]);
});

it('has at the end what came last, and waits for no pause', async () => {
  const one = file(path, () => new Promise(() => undefined));
  one.changed(() => [waiting('a')]);
  one.changed(() => [waiting('b')]);
  const closed = one.close();
  one.changed(() => [waiting('c')]);
  expect(await closed).toBe(true);
  expect(await file().read()).toEqual([waiting('c')]);
  expect(await readdir(dir)).toEqual(['cloud-events.json']);
});
