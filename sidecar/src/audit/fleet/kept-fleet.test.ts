import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseVerifier } from '../record/note.ts';
import { readEvidence } from '../verify/evidence.ts';
import { readFleetRecord, type FleetRecord } from '../verify/fleet/fleet-record.ts';
import { Range } from '../verify/fleet/range.ts';
import {
  verifyFleet,
  verifyKept,
  type FleetOptions,
  type FleetReport,
} from '../verify/fleet/verify-fleet.ts';
import {
  headOf,
  KEEPINGS,
  KeptAnchor,
  openLog,
  record,
  writtenLog,
  type Keeping,
  type PodName,
  type WrittenLog,
} from './testing/kept-fleet.ts';

const A: PodName = { namespace: 'ml', name: 'agent-a', uid: 'uid-a' };
const B: PodName = { namespace: 'ml', name: 'agent-b', uid: 'uid-b' };

let root = '';
let anchorKey = '';
let fleet: readonly string[] = [];
/** Pod A had two processes, pod B one; all logs were sealed. */
let a1: WrittenLog;
let a2: WrittenLog;
let b: WrittenLog;
/** Another log of pod A, which names no other and which the anchor does not know. */
let foreign: WrittenLog;
/** When pod A's second process had begun and pod B had ended, and the size of A's second log then. */
let noon = '';
let sizeAtNoon = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kept-'));
  const anchor = await KeptAnchor.open(join(root, 'anchor'));
  anchorKey = anchor.log.key;
  const [first, other] = [await openLog(join(root, 'a'), A), await openLog(join(root, 'b'), B)];
  await record(first, 0, 3);
  await record(other, 0, 3);
  await anchor.opened(first, A);
  await anchor.opened(other, B);
  await record(first, 3, 20);
  await record(other, 3, 20);
  await anchor.head(first);
  await record(first, 20, 25);
  await first.close();
  await other.close();
  await anchor.head(first);
  await anchor.head(other);
  const second = await openLog(join(root, 'a'), A);
  await record(second, 0, 4);
  await anchor.opened(second, A, first.origin);
  sizeAtNoon = headOf(second).size;
  await sleep(20);
  noon = new Date().toISOString();
  await sleep(20);
  await record(second, 4, 12);
  await anchor.head(second);
  await second.close();
  await anchor.head(second);
  await anchor.log.close();
  fleet = anchor.lines;
  a1 = await writtenLog(join(root, 'a'), first);
  a2 = await writtenLog(join(root, 'a'), second);
  b = await writtenLog(join(root, 'b'), other);
  const alien = await openLog(join(root, 'foreign'), A);
  await record(alien, 0, 3);
  await alien.close();
  foreign = await writtenLog(join(root, 'foreign'), alien);
});
afterAll(() => rm(root, { recursive: true }));

let copies = 0;
async function kept(
  keeping: Keeping,
  lines: readonly string[],
  options: Partial<FleetOptions> & { readonly fleetLines?: readonly string[] } = {},
): Promise<FleetReport> {
  copies += 1;
  const path = await keeping(join(root, `kept-${copies}`), lines);
  const fleetLog = await KEEPINGS.podLog(join(root, `fleet-${copies}`), options.fleetLines ?? fleet);
  const key = parseVerifier(anchorKey);
  return verifyFleet([path], {
    fleetLog: [fleetLog],
    anchorKey: key,
    from: null,
    to: null,
    live: false,
    ...options,
  });
}

function texts({ problems, doubts }: FleetReport): readonly string[] {
  return [...problems.map(({ kind, where, text }) => `${kind}: ${where}: ${text}`), ...doubts];
}

function all(): readonly string[] {
  return [...a1.lines, ...a2.lines, ...b.lines];
}

function without(lines: readonly string[], from: number, to = from): readonly string[] {
  return lines.filter((_, at) => at < from || at > to);
}

function edited(lines: readonly string[], at: number): readonly string[] {
  return lines.map((line, index) => (index === at ? line.replace('"POST"', '"PUT"') : line));
}

function decisionAt(lines: readonly string[], from: number): number {
  return lines.findIndex((line, at) => at >= from && line.includes('"kind":"ingress"'));
}

type Damage = readonly [name: string, lines: () => readonly string[], exit: number, text: RegExp];

const DAMAGES: readonly Damage[] = [
  ['nothing at all', () => [], 3, /every line of this log is missing; expected/],
  ['a line edited', () => edited(all(), decisionAt(all(), 5)), 1, /one of the two was changed/],
  ['a line deleted', () => [...without(a1.lines, 7), ...a2.lines, ...b.lines], 3, /lines are missing: 7$/],
  [
    'a line inserted',
    () => [
      ...a1.lines.slice(0, 9),
      edited(a1.lines, decisionAt(a1.lines, 5))[decisionAt(a1.lines, 5)] ?? '',
      ...a1.lines.slice(9),
      ...a2.lines,
      ...b.lines,
    ],
    1,
    /as another line has that differs from it/,
  ],
  [
    'a line of another log inserted in its name',
    () => [...all(), (b.lines[6] ?? '').replaceAll(b.origin, a1.origin)],
    1,
    /differs from it/,
  ],
  [
    'a line added behind the seal',
    () => [
      ...all(),
      (b.lines[6] ?? '').replaceAll(b.origin, a2.origin).replace(/"seq":\d+/, `"seq":${a2.lines.length}`),
    ],
    1,
    /follows the seal|does not match the previous line/,
  ],
  [
    'two lines that exchanged their places',
    () =>
      all().map((line, at, lines) =>
        at === 5
          ? line.replace(/"seq":\d+/, '"seq":6')
          : at === 6
            ? (lines[6] ?? '').replace(/"seq":\d+/, '"seq":5')
            : line,
      ),
    1,
    /does not match the previous line/,
  ],
  [
    'the end cut off',
    () => [...a1.lines, ...a2.lines.slice(0, -6), ...b.lines],
    3,
    /lines are missing: \d+-\d+$/,
  ],
  [
    'a beginning cut off',
    () => [...a1.lines.slice(4), ...a2.lines, ...b.lines],
    3,
    /lines are missing: 0-3$/,
  ],
  [
    'a log rolled back to an older signature',
    () => [
      ...a1.lines,
      ...b.lines,
      ...a2.lines.slice(0, a2.lines.findIndex((line) => line.includes('"checkpoint"')) + 1),
    ],
    3,
    /lines are missing/,
  ],
  [
    'a middle file removed',
    () => [...(a1.files[0] ?? []), ...a1.files.slice(2).flat(), ...a2.lines, ...b.lines],
    3,
    /lines are missing: \d+-\d+$/,
  ],
  [
    'the newest files removed',
    () => [...a1.lines, ...(a2.files[0] ?? []), ...b.lines],
    3,
    /lines are missing/,
  ],
  ['an older log removed', () => [...a2.lines, ...b.lines], 3, /every line of this log is missing/],
  ['the newest log removed', () => [...a1.lines, ...b.lines], 3, /every line of this log is missing/],
  ['a pod whose log never came', () => [...a1.lines, ...a2.lines], 3, /every line of this log is missing/],
  ['a second log under one pod', () => [...all(), ...foreign.lines], 1, /is a second log of pod uid-a/],
  [
    'a log written anew under the old name',
    () => [
      ...foreign.lines.map((line) => line.replaceAll(foreign.origin, a1.origin)),
      ...a2.lines,
      ...b.lines,
    ],
    1,
    /another key|is not the line that the anchor found/,
  ],
];

describe.each(Object.entries(KEEPINGS))('verifyFleet on %s', (name, keeping) => {
  it('reports completeness', async () => {
    const report = await kept(keeping, all());
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(report.pods.map(({ pod, verdict, logs }) => [pod?.name, verdict, logs.length])).toEqual([
      ['agent-a', 'complete', 2],
      ['agent-b', 'complete', 1],
    ]);
  });

  it('takes lines that are there twice', async () => {
    const lines = name === 'file' || name === 'podLog' ? all() : [...all()].reverse();
    const report = await kept(keeping, [...lines, ...lines]);
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });

  it.each(DAMAGES)('finds %s', async (_, lines, exit, text) => {
    const report = await kept(keeping, lines());
    expect(texts(report)).toContainEqual(expect.stringMatching(text));
    expect(report.exit).toBe(exit);
  });
});

describe('verifyFleet on files that keep the order', () => {
  it.each(['podLog', 'file'] as const)('finds lines of a %s that were moved', async (name) => {
    const [two, three] = [a1.lines[2] ?? '', a1.lines[3] ?? ''];
    const lines = [...a1.lines.slice(0, 2), three, two, ...a1.lines.slice(4), ...a2.lines, ...b.lines];
    const report = await kept(KEEPINGS[name], lines);
    expect(texts(report)).toContainEqual(
      expect.stringMatching(/seq 2 and stands behind 3: lines were moved/),
    );
    expect(report.exit).toBe(1);
  });

  it('recognises an interrupted write at the end', async () => {
    const report = await kept(
      async (path, lines) =>
        KEEPINGS.file(path, [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\n{"code":null,"orig`]),
      all(),
    );
    expect(report.exit).toBe(0);
  });
});

const ALWAYS = new Range(null, null, false);

describe('verifyFleet after a change of one byte', () => {
  let small: WrittenLog;
  let fleetRecord: FleetRecord;
  let options: Omit<FleetOptions, 'fleetLog'>;
  let fleetLog = '';
  beforeAll(async () => {
    const anchor = await KeptAnchor.open(join(root, 'small-anchor'));
    const log = await openLog(join(root, 'small'), B);
    await record(log, 0, 1);
    await anchor.opened(log, B);
    await log.close();
    await anchor.head(log);
    await anchor.log.close();
    small = await writtenLog(join(root, 'small'), log);
    fleetLog = await KEEPINGS.podLog(join(root, 'small-fleet'), anchor.lines);
    options = { anchorKey: parseVerifier(anchor.log.key), from: null, to: null, live: false };
    fleetRecord = await readFleetRecord([fleetLog], options.anchorKey, ALWAYS);
  });

  /** Complete, although what is read out of the file is not what was written into it. */
  async function isMissed(path: string, whole: Buffer, at: number, bits: number): Promise<boolean> {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ bits;
    await writeFile(path, bytes);
    if ((await verifyKept([path], fleetRecord, ALWAYS)).exit !== 0) return false;
    const read: (string | null)[] = [];
    for await (const line of readEvidence(path)) read.push(line.origin === null ? null : line.text);
    return read.join('\n') !== small.lines.join('\n');
  }

  // What stands around the lines in a request of OTLP is long; every eleventh byte meets every place of it in the next record.
  it.each<readonly [keyof typeof KEEPINGS, number]>([
    ['file', 1],
    ['podLog', 7],
    ['otlpJson', 11],
    ['otlpProtobuf', 11],
  ])(
    'finds it in %s',
    async (name, step) => {
      const keeping = KEEPINGS[name];
      const path = await keeping(join(root, `bytes-${(copies += 1)}`), small.lines);
      const whole = await readFile(path);
      expect((await verifyKept([path], fleetRecord, ALWAYS)).exit).toBe(0);
      const missed: number[] = [];
      for (let at = 0; at < whole.length; at += step)
        if (await isMissed(path, whole, at, 1 << (at % 7))) missed.push(at);
      expect(missed).toEqual([]);
    },
    120_000,
  );

  it('finds it in the fleet log', async () => {
    const path = await KEEPINGS.otlpJson(join(root, 'bytes-kept'), small.lines);
    const whole = await readFile(fleetLog);
    const lines = whole.toString().split('\n');
    const changed = join(root, 'bytes-fleet.log');
    for (let at = 0; at < whole.length; at += 17) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 7));
      await writeFile(changed, bytes);
      const { exit } = await verifyFleet([path], { ...options, fleetLog: [changed] });
      const column = at - (whole.lastIndexOf(0x0a, at - 1) + 1);
      const isStamp = column < (lines[0] ?? '').indexOf('{');
      if (exit === 0) expect([at, isStamp || whole[at] === 0x0a]).toEqual([at, true]);
    }
  }, 120_000);
});

describe('verifyFleet in a range', () => {
  it('asks for nothing that ended before it, and for all that reaches into it', async () => {
    const report = await kept(KEEPINGS.otlpJson, a2.lines, { from: noon });
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(report.pods.flatMap(({ logs }) => logs.map(({ expected }) => expected?.from))).toEqual([
      sizeAtNoon + 1,
    ]);
  });

  it('asks for nothing behind it', async () => {
    const to = new Date(Date.parse(noon)).toISOString();
    const report = await kept(KEEPINGS.otlpJson, [...a1.lines, ...b.lines, ...a2.lines.slice(0, -3)], { to });
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });

  it.each<readonly [string, () => readonly string[], Partial<FleetOptions>]>([
    ['lines in it', () => without(a2.lines, sizeAtNoon + 2), { from: '2020-01-01T00:00:00.000Z' }],
    ['lines behind its beginning', () => without(a2.lines, a2.lines.length - 4), { from: noon }],
    [
      'lines before its end',
      () => [...a1.lines, ...b.lines.slice(3), ...a2.lines],
      { to: '2999-01-01T00:00:00.000Z' },
    ],
  ])('misses %s', async (_, lines, range) => {
    const to = range.to === undefined ? null : noon;
    const from = range.from === undefined ? null : noon;
    const report = await kept(KEEPINGS.otlpJson, lines(), { from, to });
    expect(texts(report)).toContainEqual(expect.stringMatching(/lines are missing/));
    expect(report.exit).toBe(3);
  });

  it('reports a fleet log that ends earlier', async () => {
    const report = await kept(KEEPINGS.otlpJson, all(), { to: '2999-01-01T00:00:00.000Z' });
    expect(texts(report)).toContainEqual(expect.stringMatching(/^missing: fleet log: the fleet log ends at/));
    expect(report.exit).toBe(3);
  });
});

describe('verifyFleet with another fleet log', () => {
  const heads = (): number => fleet.findIndex((line, at) => at > 8 && line.includes('"kind":"head"'));
  it.each<readonly [string, () => readonly string[], number, RegExp]>([
    ['empty', () => [], 3, /no line of an anchor/],
    [
      'edited',
      () => fleet.map((line, at) => (at === heads() ? line.replace('"offset_ms":3', '"offset_ms":4') : line)),
      1,
      /one of the two was changed/,
    ],
    ['a line removed', () => without(fleet, heads()), 3, /the fleet log lacks its lines/],
    ['its beginning cut off', () => fleet.slice(3), 3, /the fleet log begins at .* with line 3/],
    ['its end cut off', () => fleet.slice(0, -4), 4, /ends at .* without a seal/],
    [
      'a line doubled that differs',
      () => [...fleet, (fleet[heads()] ?? '').replace('"offset_ms":3', '"offset_ms":5')],
      1,
      /differs from it/,
    ],
  ])('%s', async (_, lines, exit, text) => {
    const report = await kept(KEEPINGS.otlpJson, all(), { fleetLines: lines() });
    expect(texts(report)).toContainEqual(expect.stringMatching(text));
    expect(report.exit).toBe(exit);
  });

  it('does not believe one that was written with another key', async () => {
    const other = await KeptAnchor.open(join(root, 'other-anchor'));
    await other.log.close();
    const report = await kept(KEEPINGS.otlpJson, all(), { anchorKey: parseVerifier(other.log.key) });
    expect(texts(report)).toContainEqual(expect.stringMatching(/key other than the one expected/));
    expect(report.exit).toBe(1);
  });

  it('reports that only the fleet log itself vouches for its key', async () => {
    const report = await kept(KEEPINGS.otlpJson, all(), { anchorKey: null });
    expect(texts(report)).toContainEqual(expect.stringMatching(/its key is known only from the log itself/));
    expect(report.exit).toBe(4);
  });

  it('finds it among the lines of the pods', async () => {
    const path = await KEEPINGS.otlpJson(join(root, 'one-collector'), [...all(), ...fleet]);
    const options = { anchorKey: parseVerifier(anchorKey), from: null, to: null, live: false };
    const report = await verifyFleet([path], { ...options, fleetLog: [path] });
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });
});
