import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AuditLog } from '../log/audit-log.ts';
import { identityFrom } from '../record/identity.ts';
import { parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { requestEncoder } from '../ship/otlp-request.ts';
import { verifyFleet, type FleetOptions, type FleetReport } from '../verify/fleet/verify-fleet.ts';
import { verifyReceived } from '../verify/received/verify-received.ts';
import { verifyLogCopy } from '../verify/verify.ts';
import { KEEPINGS, KeptAnchor, openLog, writtenLog } from './testing/kept-fleet.ts';

const POD = { namespace: 'ml', name: 'agent-a', uid: 'uid-a' };
/** Verification does not open them. */
const BODIES = ['first', 'second', 'third'].map((text) => Buffer.from(`age-encryption.org/v1\n${text}\n`));
let root = '';
let key = '';
let logKey = '';
let fleet: string;
/** Between the second body and the third. */
let noon = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kept-bodies-'));
  const anchor = await KeptAnchor.open(join(root, 'anchor'));
  const log = await openLog(join(root, 'pod'), POD);
  await keep(log, 'one', 0);
  await anchor.opened(log, POD);
  await keep(log, 'two', 1);
  await anchor.head(log);
  await new Promise((resolve) => setTimeout(resolve, 20));
  noon = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await log.append('erased', { bodies: 1, bytes: 4096, sha256: [digest(0)] });
  await keep(log, 'three', 2);
  await log.close();
  await anchor.head(log);
  await anchor.log.close();
  key = anchor.log.key;
  logKey = log.key;
  fleet = await KEEPINGS.podLog(join(root, 'fleet'), anchor.lines);
  const { lines } = await writtenLog(join(root, 'pod'), log);
  for (const [name, keeping] of Object.entries(KEEPINGS)) {
    await mkdir(join(root, name));
    await keeping(join(root, name, 'copy'), lines);
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function keep(log: AuditLog, exchange: string, index: number): Promise<void> {
  const body = { part: 'request', sha256: digest(index), bytes: 5, isCut: false } as const;
  await log.record(null, sampleDecision({ exchange, sealed: [body] }), true);
}

function digest(index: number): string {
  return createHash('sha256')
    .update(BODIES[index] ?? '')
    .digest('hex');
}

/** The copies of the lines in that form, and the bodies with what they contain. */
async function kept(
  form: string,
  bodies: Readonly<Record<number, Uint8Array>>,
  below = 'sealed',
): Promise<string> {
  const folder = join(root, form, below);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [index, body] of Object.entries(bodies))
    await writeFile(join(folder, `${digest(Number(index))}.age`), body);
  return join(root, form);
}

function options(change: Partial<FleetOptions> = {}): FleetOptions {
  return {
    fleetLog: [fleet],
    anchorKey: parseVerifier(key),
    ...{ from: null, to: null, live: false },
    ...change,
  };
}

function found({ exit, sealed }: Pick<FleetReport, 'exit' | 'sealed'>): unknown {
  return { exit, ...sealed, changed: sealed?.changed.length };
}

/** A collector's file with the bodies, as a sidecar sends them. */
async function received(
  encoding: 'json' | 'protobuf',
  bodies: readonly (readonly [index: number, content: Uint8Array])[],
): Promise<string> {
  const encode = requestEncoder(encoding, identityFrom({}, 'host'), '0');
  const requests = bodies.map(([index, sealed]) =>
    Buffer.from(encode([{ sha256: digest(index), part: 'request', exchange: null, timeMs: 1, sealed }])),
  );
  const path = join(root, `bodies.${encoding}`);
  await writeFile(
    path,
    Buffer.concat(
      requests.flatMap((request) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(request.length);
        return encoding === 'json' ? [request, Buffer.from('\n')] : [length, request];
      }),
    ),
  );
  return path;
}

describe('sealed bodies in copies', () => {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0), third = Buffer.alloc(0)] = BODIES;
  const all = { 0: first, 1: second, 2: third };

  it.each<readonly [string, Readonly<Record<number, Uint8Array>>, object]>([
    ['changed', { ...all, 1: third }, { exit: 1, present: 2, erased: 0, missing: 0, changed: 1 }],
    ['not copied', {}, { exit: 0, present: 0, erased: 1, missing: 2, changed: 0 }],
    ['erased to make room', { 1: second, 2: third }, { exit: 0, present: 2, erased: 1, missing: 0 }],
    ['all there', all, { exit: 0, present: 3, erased: 0, missing: 0, changed: 0, unnamed: 0 }],
  ])('are told apart with a fleet log: %s', async (_, bodies, expected) => {
    const path = await kept('otlpProtobuf', bodies, 'bodies/2026');
    expect(found(await verifyFleet([path], options()))).toMatchObject({ named: 3, ...expected });
  });

  it.each(Object.keys(KEEPINGS))('are found beside copies of the form %s', async (form) => {
    const path = await kept(form, all);
    expect(found(await verifyFleet([path], options()))).toMatchObject({ exit: 0, named: 3, present: 3 });
  });

  it.each(['json', 'protobuf'] as const)('are found in what a collector received as %s', async (encoding) => {
    const path = await kept('file', {});
    const whole = await received(encoding, [
      [0, first],
      [0, first],
      [2, third],
    ]);
    const { exit, remarks, sealed } = await verifyFleet([path, whole], options());
    expect({ exit, remarks: remarks.length, ...sealed }).toMatchObject({
      ...{ exit: 0, remarks: 2, named: 3, present: 2, missing: 1, erased: 0 },
    });
    const forged = await received(encoding, [
      [0, first],
      [1, third],
    ]);
    expect(found(await verifyFleet([path, forged], options()))).toMatchObject({
      ...{ exit: 1, present: 1, erased: 0, missing: 1, changed: 1 },
    });
  });

  it('are named with their exchange, by themselves and where they were erased', async () => {
    const { sealed, remarks } = await verifyFleet([await kept('file', { 1: second })], options());
    const log = expect.stringContaining('agent-a') as string;
    const position = expect.any(Number) as number;
    expect(sealed?.absent).toEqual([
      {
        ...{ exchange: 'one', part: 'request', sha256: digest(0), log, position },
        erased: { log, position },
      },
      { exchange: 'three', part: 'request', sha256: digest(2), log, position, erased: null },
    ]);
    expect(remarks).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^sealed request of exchange one .*: erased to make room, by line \d+ of /),
        expect.stringMatching(/^sealed request of exchange three .*: not there$/),
      ]),
    );
  });

  it('are those of the time that is asked for', async () => {
    const path = await kept('file', { 0: first, 2: third });
    expect(found(await verifyFleet([path], options({ to: noon })))).toMatchObject({
      ...{ named: 2, present: 1, erased: 0, missing: 1, unnamed: 0 },
    });
  });

  it('are compared without a fleet log too', async () => {
    const keys = [parseVerifier(logKey)].filter((each) => each !== null);
    const collected = await kept('otlpJson', { 0: first });
    const received = await verifyReceived([collected], { keys, live: false });
    expect(found(received)).toMatchObject({ exit: 0, named: 3, present: 1, erased: 0, missing: 2 });
    await kept('podLog', { 0: second });
    const printed = await verifyLogCopy(join(root, 'podLog', 'copy.log'), { keys, live: false });
    expect(found(printed)).toMatchObject({
      exit: 1,
      named: 3,
      present: 0,
      erased: 0,
      missing: 2,
      changed: 1,
    });
  });
});
