import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseVerifier } from '../record/note.ts';
import { readEvidence } from '../verify/evidence.ts';
import { readFleetRecord, type FleetRecord } from '../verify/fleet/fleet-record.ts';
import { Range } from '../verify/fleet/range.ts';
import { verifyFleet, verifyKept, type FleetOptions } from '../verify/fleet/verify-fleet.ts';
import { KEEPINGS, KeptAnchor, openLog, record, writtenLog, type WrittenLog } from './testing/kept-fleet.ts';
import { B } from './testing/two-pods.ts';

const ALWAYS = new Range(null, null, false);

describe('verifyFleet after a change of one byte', () => {
  let root = '';
  let small: WrittenLog;
  let fleetRecord: FleetRecord;
  let options: Omit<FleetOptions, 'fleetLog'>;
  let fleetLog = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kept-'));
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
  afterAll(() => rm(root, { recursive: true }));

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
  ])('finds it in %s', async (name, step) => {
    const keeping = KEEPINGS[name];
    const path = await keeping(join(root, `bytes-${name}`), small.lines);
    const whole = await readFile(path);
    expect((await verifyKept([path], fleetRecord, ALWAYS)).exit).toBe(0);
    const missed: number[] = [];
    for (let at = 0; at < whole.length; at += step)
      if (await isMissed(path, whole, at, 1 << (at % 7))) missed.push(at);
    expect(missed).toEqual([]);
  });

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
  });
});
