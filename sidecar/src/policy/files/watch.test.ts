import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledPolicy } from '../compile/compiled.ts';
import { readPolicyFiles } from './policy-files.ts';
import type { PolicyInvalid } from '../kinds/problem.ts';
import { watchPolicy, type WatchedPolicy } from './watch.ts';
import { until } from '../../testing/until.ts';

/** Writes a volume as the kubelet's atomic writer does: a new folder, links to its keys through `..data`, and one rename. */
class Volume {
  readonly path: string;
  #count = 0;
  #last: string | null = null;

  constructor(path: string) {
    this.path = path;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    this.#count += 1;
    const folder = `..2026_01_01_00_00_00.${String(this.#count).padStart(9, '0')}`;
    await mkdir(join(this.path, folder));
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.path, folder, name), text);
    await symlink(folder, join(this.path, '..data_tmp'));
    await rename(join(this.path, '..data_tmp'), join(this.path, '..data'));
    for (const name of Object.keys(files))
      await symlink(join('..data', name), join(this.path, name)).catch(() => undefined);
    if (this.#last !== null) await rm(join(this.path, this.#last), { recursive: true });
    this.#last = folder;
  }
}

function policy(requestsPerMinute: number): string {
  return `version: 1\nlimits: { requestsPerMinute: ${requestsPerMinute} }\n`;
}

let folder: string;
let watched: WatchedPolicy | null = null;
let loads: CompiledPolicy[];
let rejections: PolicyInvalid[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
  loads = [];
  rejections = [];
});

afterEach(async () => {
  watched?.close();
  watched = null;
  await rm(folder, { recursive: true, force: true });
});

function follow(path: string, pollMs = 20): WatchedPolicy {
  watched = watchPolicy(path, {
    pollMs,
    settleMs: 5,
    onLoaded: (loaded) => loads.push(loaded),
    onRejected: (error) => rejections.push(error),
  });
  return watched;
}

function limit(): number | null | undefined {
  return watched?.current()?.limits.requestsPerMinute;
}

describe('watchPolicy', () => {
  it('reports missing files once, and loads later ones', async () => {
    const path = join(folder, 'policy.yaml');
    const source = follow(path);
    await source.loaded;
    expect(source.current()).toBeNull();
    await until('a rejection', () => rejections[0]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(rejections.map(({ message }) => message)).toEqual([
      `${path}: cannot be read: there is no such file; expected a policy file, or a folder with policy.yaml`,
    ]);
    await writeFile(path, policy(1));
    await until(
      'a policy',
      () => loads,
      ({ length }) => length === 1,
    );
    expect(loads[0]).toMatchObject({
      name: 'policy',
      generation: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each([
    ['version: 1\nlimit: {}', /did you mean limits/],
    ['', /expected a policy document/],
    ['version: 1\nlimits: {', /not valid YAML/],
    ['version: 1\naction: { mcp: [{ server: "*.a" }] }', /without wildcards/],
    ['version: 1\negress: { documents: { fingerprints: [x] } }', /x\.fingerprints/],
  ])('keeps the last good policy when %j comes', async (broken, message) => {
    const volume = new Volume(folder);
    await volume.write({ 'policy.yaml': policy(1) });
    await follow(folder).loaded;
    const good = watched?.current();
    expect(good).not.toBeNull();
    await volume.write({ 'policy.yaml': broken });
    await until('a rejection', () => rejections[0]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(rejections).toHaveLength(1);
    expect(rejections[0]?.message).toMatch(message);
    expect(watched?.current()).toBe(good);
    await volume.write({ 'policy.yaml': policy(2) });
    await until('the second policy', limit, (now) => now === 2);
    expect(watched?.current()?.generation).toBe(2);
  });

  it('keeps the last good policy when the files are gone', async () => {
    const volume = new Volume(folder);
    await volume.write({ 'policy.yaml': policy(1) });
    await follow(folder).loaded;
    await rm(folder, { recursive: true });
    await until('a rejection', () => rejections[0]);
    expect(limit()).toBe(1);
  });

  it('follows swaps without a poll', async () => {
    const volume = new Volume(folder);
    await volume.write({ 'policy.yaml': policy(1) });
    await follow(folder, 3_600_000).loaded;
    for (let value = 2; value <= 5; value += 1) {
      await volume.write({ 'policy.yaml': policy(value) });
      await until(`policy ${value}`, limit, (now) => now === value);
    }
    expect(loads.map(({ generation }) => generation)).toEqual([1, 2, 3, 4, 5]);
  });

  it('never mixes two states of the folder, and fails for none of them', async () => {
    const volume = new Volume(folder);
    const write = (value: number): Promise<void> =>
      volume.write({
        'policy.yaml': policy(value),
        'floor.yaml': policy(value),
        'namespace.yaml': policy(value),
      });
    await write(1);
    const busy = { writing: true };
    const writer = (async () => {
      for (let value = 2; value <= 100; value += 1) {
        await write(value);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      busy.writing = false;
    })();
    let reads = 0;
    while (busy.writing) {
      const { workload, floor, namespace } = await readPolicyFiles(folder);
      expect([floor?.text, namespace?.text]).toEqual([workload.text, workload.text]);
      reads += 1;
    }
    await writer;
    expect((await readPolicyFiles(folder)).workload.text).toBe(policy(100));
    expect(reads).toBeGreaterThan(0);
  });

  it('meets the layers of a folder', async () => {
    await new Volume(folder).write({
      'floor.yaml': 'version: 1\nlimits: { requestsPerMinute: 10 }',
      'namespace.yaml': 'version: 1\nmodels: { allow: [a, b] }',
      'policy.yaml':
        'version: 1\nmode: observe\nlimits: { requestsPerMinute: 20 }\nmodels: { allow: [b, c] }\negress: { secrets: { action: off } }',
    });
    await follow(folder).loaded;
    const current = watched?.current();
    expect(limit()).toBe(10);
    expect(current?.mode).toBe('enforce');
    expect(['a', 'b', 'c', null].map((model) => current?.allowsModel(model))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(current?.egress.secrets?.action).toBe('block');
  });

  describe('with a shadow', () => {
    const LIVE = policy(1);
    const shadows: (CompiledPolicy | PolicyInvalid | null)[] = [];

    function limitsOf(): readonly (number | string | null)[] {
      return shadows.map((each) => {
        if (each === null) return null;
        return 'problems' in each ? each.message : each.limits.requestsPerMinute;
      });
    }

    async function following(files: Readonly<Record<string, string>>): Promise<Volume> {
      shadows.length = 0;
      const volume = new Volume(folder);
      await volume.write(files);
      watched = watchPolicy(folder, {
        pollMs: 20,
        settleMs: 5,
        onLoaded: (loaded) => loads.push(loaded),
        onRejected: (error) => rejections.push(error),
        onShadow: (shadow) => shadows.push(shadow),
      });
      await watched.loaded;
      return volume;
    }

    it.each([
      ['version: 1\nlimit: {}', /^shadow\.yaml:2:1: limit: unknown key/],
      ['x'.repeat((4 << 20) + 1), /^shadow\.yaml: larger than/],
      ['version: 1\negress: { documents: { fingerprints: [gone] } }', /gone\.fingerprints/],
    ])('that cannot be used, the policy holds: %#', async (broken, problem) => {
      const volume = await following({ 'policy.yaml': LIVE, 'shadow.yaml': policy(7) });
      expect(watched?.shadow()?.limits.requestsPerMinute).toBe(7);
      await volume.write({ 'policy.yaml': policy(2), 'shadow.yaml': broken });
      await until(
        'both',
        () => [shadows.length, limit()],
        ([count, now]) => count === 2 && now === 2,
      );
      expect(limitsOf()).toEqual([7, expect.stringMatching(problem)]);
      expect(watched?.shadow()).toBeNull();
      expect(rejections).toEqual([]);
    });

    it('loads it under the same outer layers, and the policy not again', async () => {
      const floor = 'version: 1\nlimits: { requestsPerMinute: 5 }\n';
      const volume = await following({ 'policy.yaml': LIVE, 'floor.yaml': floor, 'shadow.yaml': policy(9) });
      await volume.write({ 'policy.yaml': LIVE, 'floor.yaml': floor, 'shadow.yaml': policy(4) });
      await until(
        'another shadow',
        () => shadows,
        ({ length }) => length === 2,
      );
      expect(limitsOf()).toEqual([5, 4]);
      expect(watched?.shadow()).toMatchObject({ name: 'shadow', generation: 2 });
      expect(loads).toHaveLength(1);
    });

    it('ends with its file, also where the policy is broken meanwhile', async () => {
      const volume = await following({ 'policy.yaml': LIVE, 'shadow.yaml': policy(9) });
      await volume.write({ 'policy.yaml': 'version: 2' });
      await rm(join(folder, 'shadow.yaml'), { force: true });
      await until(
        'another shadow',
        () => shadows,
        ({ length }) => length === 2,
      );
      expect(limitsOf()).toEqual([9, null]);
      expect([limit(), watched?.shadow()]).toEqual([1, null]);
    });
  });

  it('stops when it is closed', async () => {
    const path = join(folder, 'policy.yaml');
    await writeFile(path, policy(1));
    await follow(path).loaded;
    watched?.close();
    await writeFile(path, policy(2));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(limit()).toBe(1);
    expect(await readFile(path, 'utf8')).toBe(policy(2));
  });
});
