import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { builtTool } from './built-tool.ts';
import { KeptFleet } from './kept-fleet.ts';
import { readKeptLines, writeKeptLines } from './kept-lines.ts';
import { LockedBucket, type Version } from './locked-bucket.ts';
import { forbidden, RETAINED_HOURS } from './object-lock.ts';
import type { Steps } from './steps.ts';
import { tamperings } from './tampering.ts';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));

const LOCK = [
  ...['--s3-object-lock-mode', 'COMPLIANCE'],
  ...['--s3-object-lock-retain-until-date', `${RETAINED_HOURS}h`],
] as const;

const TOOLS = ['otelcol', 'versitygw', 'rclone'] as const;

interface Place {
  readonly work: string;
  readonly bucket: LockedBucket;
  readonly fleet: KeptFleet;
  /** The objects, oldest first. */
  readonly versions: readonly Version[];
}

/** The record of two pods in a store under Object Lock, verified from what is fetched back. */
export async function tryObjectStore(steps: Steps): Promise<void> {
  steps.title('versitygw (S3 with Object Lock) and rclone (Go modules) as keepers of the record');
  const programs = new Map<string, string>();
  for (const tool of TOOLS) {
    const built = builtTool(tool);
    if ('missing' in built) {
      steps.skip('everything', built.missing);
      return;
    }
    programs.set(tool, built.program);
  }
  const programOf = (tool: (typeof TOOLS)[number]): string => programs.get(tool) ?? '';
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-store-'));
  const bucket = await steps.run('a bucket under Object Lock', () =>
    LockedBucket.start(
      { versitygw: programOf('versitygw'), rclone: programOf('rclone') },
      join(work, 'store'),
    ),
  );
  const fleet = new KeptFleet(programOf('otelcol'), work);
  try {
    const started = await steps.run('two pods, a collector and an anchor', async () => {
      await fleet.start();
      return true;
    });
    if (bucket !== null && started !== null) await tryStore(steps, { work, bucket, fleet });
  } finally {
    await fleet.kill();
    await bucket?.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function tryStore(steps: Steps, { work, bucket, fleet }: Omit<Place, 'versions'>): Promise<void> {
  const pods = 'store:evidence/pods';
  await steps.run('rotated files are copied while the collector writes', async () => {
    await fleet.fill(2);
    kept(bucket, '--include', 'evidence-*.jsonl', fleet.folder, pods);
    await fleet.fill(3);
    kept(bucket, '--include', 'evidence-*.jsonl', fleet.folder, pods);
  });
  const versions = await steps.run('the rest is copied once all have ended', async () => {
    await fleet.end();
    kept(bucket, '--include', '*.jsonl', fleet.folder, pods);
    kept(bucket, fleet.anchor.fleetLog, 'store:evidence/anchor');
    const keys = [...fleet.rotated(), 'evidence.jsonl'].map((name) => `pods/${name}`);
    return Promise.all([...keys, 'anchor/fleet.log'].map((key) => bucket.newest(key)));
  });
  if (versions === null) return;
  const place = { work, bucket, fleet, versions };
  await steps.run('rclone refuses a local file that was changed', () => {
    appendFileSync(join(fleet.folder, fleet.rotated()[0] ?? ''), '{}\n');
    const { status, output } = bucket.copy('--immutable', '--include', '*.jsonl', fleet.folder, pods);
    assert.notEqual(status, 0);
    assert.match(output, /immutable file modified/);
  });
  await locked(steps, place);
  const fetched = join(work, 'fetched');
  await steps.run('what is fetched is complete, with every answered exchange', () => {
    copied(bucket, 'store:evidence', fetched);
    const { status, output } = verify(place, fetched);
    assert.equal(status, 0, output);
    assert.match(output, /^2 pods: 2 complete, 0 tampered, 0 with missing lines, 0 unclear\ncomplete$/m);
    const text = readKeptLines(join(fetched, 'pods'))
      .map((line) => line.text)
      .join('\n');
    assert.deepEqual(
      fleet.acknowledged.filter((id) => !text.includes(id)),
      [],
    );
  });
  await tampered(steps, place, fetched);
  await covered(steps, place);
}

/** Each version is locked, and stays as it is whatever is tried. */
async function locked(steps: Steps, { bucket, versions }: Place): Promise<void> {
  await steps.run('every version is locked', async () => {
    for (const { key } of versions) {
      const { headers } = await bucket.send(key, { method: 'HEAD' });
      assert.equal(headers.get('x-amz-object-lock-mode'), 'COMPLIANCE', key);
      const until = Date.parse(headers.get('x-amz-object-lock-retain-until-date') ?? '');
      assert.ok(until > Date.now() + (RETAINED_HOURS - 1) * 3_600_000, key);
    }
  });
  const [version] = versions;
  if (version === undefined) return;
  const before = await bucket.content(version);
  for (const [name, status, action] of forbidden())
    await steps.run(`the store refuses to ${name}`, async () => {
      const answer = await action(bucket, version);
      assert.equal(answer.status, status, answer.body.toString());
      assert.ok((await bucket.content(version)).equals(before), 'the object has changed');
    });
}

async function tampered(steps: Steps, place: Place, fetched: string): Promise<void> {
  const lines = readKeptLines(join(fetched, 'pods'));
  for (const [name, change, exit, text] of tamperings())
    await steps.run(`verify, ${name}: exit ${exit}`, () => {
      const copy = mkdtempSync(join(place.work, 'copy-'));
      writeKeptLines(join(copy, 'pods'), change(lines));
      const { status, output } = verify(place, copy, fetched);
      assert.equal(status, exit, output);
      assert.match(output, text);
    });
}

/** A newer version and a delete marker cover what is locked, and do not replace it. */
async function covered(steps: Steps, place: Place): Promise<void> {
  const { work, bucket, versions } = place;
  const [oldest, hidden] = versions;
  if (oldest === undefined || hidden === undefined) return;
  await steps.run('an object overwritten and one deleted are found', async () => {
    const body = (await bucket.content(oldest)).toString().replace('POST', 'PUT!');
    assert.equal((await bucket.send(oldest.key, { method: 'PUT', body })).status, 200);
    assert.equal((await bucket.send(hidden.key, { method: 'DELETE' })).status, 204);
    copied(bucket, 'store:evidence', join(work, 'covered'));
    const { status, output } = verify(place, join(work, 'covered'));
    assert.equal(status, 1, output);
    assert.match(output, /the hash sent with it differs$/m);
    assert.match(output, /lines are missing: \d+-\d+$/m);
  });
  await steps.run('and the versions below are complete', async () => {
    const restored = join(work, 'restored');
    for (const version of versions) {
      const path = join(restored, version.key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await bucket.content(version));
    }
    const { status, output } = verify(place, restored);
    assert.equal(status, 0, output);
  });
}

/** Adds files to the store, each under a lock of its own. */
function kept(bucket: LockedBucket, ...args: readonly string[]): void {
  copied(bucket, '--immutable', ...LOCK, ...args);
}

function copied(bucket: LockedBucket, ...args: readonly string[]): void {
  const { status, output } = bucket.copy(...args);
  assert.equal(status, 0, output);
}

/** `fleetFrom`: the folder with the fleet log. */
function verify(
  { fleet }: Place,
  folder: string,
  fleetFrom = folder,
): { readonly status: number | null; readonly output: string } {
  const fleetLog = ['--fleet-log', join(fleetFrom, 'anchor'), '--anchor-key', fleet.anchor.key];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [AUDIT, 'verify', '--from-otlp', join(folder, 'pods'), ...fleetLog],
    { encoding: 'utf8' },
  );
  return { status, output: stdout + stderr };
}
