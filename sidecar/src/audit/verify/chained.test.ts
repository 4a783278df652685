import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger, type LedgerOptions } from '../log/ledger.ts';
import type { JsonObject } from '../record/canonical.ts';
import { Chain, NOTHING } from '../record/chain.ts';
import { identityFrom } from '../record/identity.ts';
import { createSigner, parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { parseLine } from '../record/schema.ts';
import { collect } from './collect.ts';
import type { Report } from './report.ts';
import { verifyFiles } from './verify.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chained-'));
});
afterEach(() => rm(dir, { recursive: true }));

const DAY = 24 * 60 * 60 * 1_000;
const NOW = Date.UTC(2026, 1, 3);

interface Life {
  readonly key: string;
  readonly origin: string;
}

/** One process that records and ends in order, its clock `offsetMs` ahead. */
async function live(offsetMs = 0, changes: Partial<LedgerOptions> = {}): Promise<Life> {
  const log = await createLedger({
    dir,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    clock: () => NOW + offsetMs,
    ...changes,
    limits: { checkpointMs: 0, waitMs: 30_000, ...changes.limits },
  });
  for (let index = 0; index < 3; index += 1) await log.record(null, sampleDecision(), true);
  await log.close();
  return log;
}

async function verify(...lives: readonly Life[]): Promise<Report> {
  const keys = lives.flatMap(({ key }) => parseVerifier(key) ?? []);
  return verifyFiles(await collect([dir]), { keys, live: false });
}

async function fileOf({ origin }: Life): Promise<string> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if (parseLine((await readFile(path, 'utf8')).split('\n')[0] ?? '')?.origin === origin) return path;
  }
  throw new Error(`no file of ${origin}`);
}

async function remove(life: Life): Promise<void> {
  return rm(await fileOf(life));
}
/** Puts a file beside the logs. */
function put(name: string, content = ''): Promise<void> {
  return writeFile(join(dir, name), content);
}

/** A log by another writer, with names of its choice. */
function forged(origin: string, previous: readonly JsonObject[]): string {
  const chain = new Chain(origin, () => NOW);
  const signer = createSigner(origin);
  const identity = identityFrom({}, 'host');
  const lines = [
    chain.event('genesis', {
      commitment_key: null,
      identity: { ...identity },
      key: signer.key,
      node: 'v24',
      policy: null,
      previous,
      version: '0.0.0',
    }),
    chain.event('seal', { lost: 0, records: 0 }),
    chain.checkpoint(signer),
  ];
  return lines.map((line) => line + '\n').join('');
}

const STAMPED = 'audit-20260203T000000001Z-0123456789abcdef-000000.jsonl';
const FUTURE = 'audit-99991231T235959999Z-0123456789abcdef-000000.jsonl';

describe('a file without a line', () => {
  it.each([
    ['of a process that died at its start', STAMPED],
    ['that is dated ahead', FUTURE],
    ['that is dated back', 'audit-19700101T000000000Z-0123456789abcdef-000000.jsonl'],
    ['of another name', 'zzz.jsonl'],
  ])('%s hides no log, and is missed when it goes', async (_what, name) => {
    const first = await live(0);
    await put(name);
    const second = await live(10);
    const third = await live(20);
    expect(await verify(third)).toMatchObject({ exit: 0, problems: [] });
    await rm(join(dir, name));
    expect(await verify(third)).toMatchObject({ exit: 3 });
    await put(name);
    await remove(first);
    expect(await verify(third)).toMatchObject({ exit: 3 });
    await remove(second);
    expect((await verify(third)).problems.filter(({ kind }) => kind === 'missing').length).toBeGreaterThan(0);
  });

  it('holds half a line and hides none either', async () => {
    const first = await live(0);
    await put(STAMPED, '{"commitment_key":null,"id');
    const second = await live(10);
    expect(await verify(second)).toMatchObject({ exit: 0 });
    await remove(first);
    expect(await verify(second)).toMatchObject({ exit: 3 });
  });

  it('is reported where no log names it', async () => {
    const life = await live(0);
    await put(FUTURE);
    const report = await verify(life);
    expect(report.exit).toBe(4);
    expect(report.remarks.join()).toContain(FUTURE);
  });
});

describe('clocks', () => {
  it('set back between two processes: every log is named, and the jump is on the record', async () => {
    const first = await live(0);
    const second = await live(-DAY);
    const third = await live(0);
    const report = await verify(third);
    expect(report).toMatchObject({ exit: 0 });
    expect(report.remarks.join()).toContain(`jumped by ${-DAY} ms`);
    await remove(second);
    expect(await verify(third)).toMatchObject({ exit: 3 });
    expect(await verify(third, first)).toMatchObject({ exit: 3 });
  });

  it.each([-DAY, 2_000, 500])('moves by %i ms while a process runs', async (jumpMs) => {
    let offset = 0;
    const log = await createLedger({
      dir,
      identity: identityFrom({}, 'host'),
      version: '0.0.0',
      policy: null,
      telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
      clock: () => NOW + offset,
      monotonic: () => 0,
      limits: { waitMs: 30_000 },
    });
    await log.record(null, sampleDecision(), true);
    offset = jumpMs;
    await log.record(null, sampleDecision(), true);
    await log.record(null, sampleDecision(), true);
    await log.close();
    const text = await readFile(await fileOf(log), 'utf8');
    const jumps = text.split('\n').filter((line) => line.includes('"kind":"clock"'));
    expect(jumps.map((line) => parseLine(line))).toMatchObject(
      Math.abs(jumpMs) > 1_000 ? [{ jump_ms: jumpMs, since: 'line' }] : [],
    );
    expect(await verify(log)).toMatchObject({ exit: 0 });
  });
});

describe('logs under other names', () => {
  it('are identified by their content', async () => {
    const first = await live(0);
    await rename(await fileOf(first), join(dir, 'kept from before'));
    const second = await live(10);
    expect(await verify(second)).toMatchObject({ exit: 0 });
    await remove(first);
    expect(await verify(second)).toMatchObject({ exit: 3 });
  });
});

describe('a log that was put there', () => {
  it('is reported, whatever it names', async () => {
    const first = await live(0);
    await put(FUTURE, forged('a/b/c/chain/0123456789abcdef', [{ ...(await endOf(first)) }]));
    expect((await verify(first)).exit).not.toBe(0);
  });

  it('hides no log by naming it as it was earlier, or by naming another that names it back', async () => {
    const first = await live(0);
    const early = { ...(await endOf(first)), size: 1, sealed: false };
    await put(FUTURE, forged('a/b/c/chain/0123456789abcdef', [early]));
    const second = await live(10);
    await remove(first);
    await rm(join(dir, FUTURE));
    const report = await verify(second);
    expect(report.exit).toBe(3);
    expect(report.problems).toHaveLength(2);
  });

  it('comes in any number: all are named', async () => {
    for (let index = 0; index < 200; index += 1) await put(`${'x'.repeat(200)}${index}.jsonl`);
    const life = await live(0);
    expect(await verify(life)).toMatchObject({ exit: 0 });
    await rm(join(dir, `${'x'.repeat(200)}199.jsonl`));
    expect(await verify(life)).toMatchObject({ exit: 3 });
  });

  async function endOf(life: Life): Promise<JsonObject> {
    const path = await fileOf(life);
    const last = parseLine((await readFile(path, 'utf8')).trimEnd().split('\n').at(-1) ?? '');
    return {
      file: path,
      hash: NOTHING,
      origin: life.origin,
      sealed: true,
      size: (last?.seq ?? 0) + 1,
      torn_bytes: 0,
    };
  }
});

describe('logs of the format before', () => {
  it('name one log, which is missed when it is not there', async () => {
    const first = await live(0);
    const second = await live(10);
    const path = await fileOf(second);
    const origin = second.origin;
    const genesis = parseLine((await readFile(path, 'utf8')).split('\n')[0] ?? '');
    if (genesis?.kind !== 'genesis' || !Array.isArray(genesis.previous)) throw new Error('no genesis');
    const chain = new Chain(origin, () => NOW + 10);
    const signer = createSigner(origin);
    const { commitment_key, identity, node, policy, version } = genesis;
    const before = { commitment_key, identity, key: signer.key, node, policy, version };
    const [previous = null] = genesis.previous;
    const lines = [
      chain.event('genesis', { ...before, previous }),
      chain.event('seal', { lost: 0, records: 0 }),
      chain.checkpoint(signer),
    ];
    await writeFile(path, lines.map((line) => line + '\n').join(''));
    expect(await verify({ origin, key: signer.key })).toMatchObject({ exit: 0 });
    const third = await live(20);
    expect(await verify(third)).toMatchObject({ exit: 0 });
    await remove(first);
    expect(await verify(third)).toMatchObject({ exit: 3 });
  });
});
