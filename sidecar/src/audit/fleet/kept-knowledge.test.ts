import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AuditLog } from '../log/audit-log.ts';
import { parseVerifier } from '../record/note.ts';
import { verifyFleet, type FleetReport } from '../verify/fleet/verify-fleet.ts';
import {
  headOf,
  KEEPINGS,
  KeptAnchor,
  openLog,
  record,
  writtenLog,
  type PodName,
} from './testing/kept-fleet.ts';

const POD: PodName = { namespace: 'ml', name: 'agent-a', uid: 'uid-a' };
const SILENT: PodName = { namespace: 'ml', name: 'agent-s', uid: 'uid-s' };

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'knowledge-'));
});
afterEach(() => rm(root, { recursive: true }));

/** What an anchor says beside heads, over one log that it knows from its beginning on. */
async function verified(
  say: (anchor: KeptAnchor, log: AuditLog) => Promise<void>,
  ends = true,
): Promise<FleetReport> {
  const anchor = await KeptAnchor.open(join(root, 'anchor'));
  const log = await openLog(join(root, 'a'), POD);
  await record(log, 0, 3);
  await anchor.opened(log, POD);
  await say(anchor, log);
  // A process that is killed leaves no seal: what it wrote is taken as it lies there.
  const killed = await writtenLog(join(root, 'a'), log);
  await log.close();
  if (ends) await anchor.head(log);
  await anchor.log.close();
  const { lines } = ends ? await writtenLog(join(root, 'a'), log) : killed;
  return verifyFleet([await KEEPINGS.otlpJson(join(root, 'kept'), lines)], {
    fleetLog: [await KEEPINGS.podLog(join(root, 'fleet'), anchor.lines)],
    anchorKey: parseVerifier(anchor.log.key),
    ...{ from: null, to: null, live: false },
  });
}

function texts({ problems, doubts }: FleetReport): readonly string[] {
  return [...problems.map(({ kind, text }) => `${kind}: ${text}`), ...doubts];
}

describe('verifyFleet takes from the fleet log', () => {
  it.each([
    ['rollback', /^tampered: was shorter than an earlier head \(rollback\)/],
    ['fork', /^tampered: had another line at the position of an earlier head \(fork\)/],
    ['other_key', /^tampered: was signed with a key other/],
    ['other_pod', /^tampered: came from a pod other/],
    ['second_log', /^tampered: is a second log in one pod/],
    ['after_seal', /^tampered: continued after its seal/],
  ])('a contradiction: %s', async (reason, text) => {
    const report = await verified(async (anchor, log) => {
      const { size, hash } = headOf(log);
      const fields = { log: log.origin, size, hash, known: null, note: 'n', pod: POD, reason };
      await anchor.log.append('contradiction', fields);
    });
    expect(texts(report)).toEqual([expect.stringMatching(text)]);
    expect(report.exit).toBe(1);
    expect(report.pods[0]).toMatchObject({ pod: POD, verdict: 'tampered' });
  });

  it('a pod that never had a record', async () => {
    const report = await verified((anchor) =>
      anchor.log.append('silence', { log: null, pod: SILENT, reason: 'no_genesis', size: null }),
    );
    expect(texts(report)).toEqual([
      expect.stringMatching(
        /^missing: the sidecar of ml\/agent-s ran, and the anchor never received a head of its record/,
      ),
    ]);
    expect(report.exit).toBe(3);
  });

  it('a pod that was silent at first only, which is no fault', async () => {
    const report = await verified((anchor) =>
      anchor.log.append('silence', { log: null, pod: POD, reason: 'no_genesis', size: null }),
    );
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });

  it.each([
    ['one whose end is there in the copies', true, 0],
    ['one with an unknown end', false, 4],
  ])('a pod that ended without a seal: %s', async (_, ends, exit) => {
    const say = (anchor: KeptAnchor, log: AuditLog): Promise<void> =>
      anchor.log.append('silence', { log: log.origin, pod: POD, reason: 'no_seal', size: headOf(log).size });
    const report = await verified(say, ends);
    expect(report.exit).toBe(exit);
    expect(texts(report).filter((text) => text.includes('lines may have followed'))).toHaveLength(
      ends ? 0 : 1,
    );
  });

  it('a log opened twice with another first line as a contradiction of its own', async () => {
    const report = await verified(async (anchor, log) => {
      const { size, hash } = headOf(log);
      const fields = { log: log.origin, size, hash, key: log.key, follows: null, pod: POD, image: null };
      await anchor.log.append('opened', { ...fields, genesis: '0'.repeat(64), policy: null });
    });
    expect(texts(report)).toEqual([expect.stringMatching(/^tampered: opens a known log with another key/)]);
    expect(report.exit).toBe(1);
  });
});

describe('verifyFleet on a log that the anchor does not know', () => {
  /** Three processes in one folder, of which the anchor knows those that are named here. */
  async function processes(known: readonly number[]): Promise<FleetReport> {
    const anchor = await KeptAnchor.open(join(root, 'anchor'));
    const logs: AuditLog[] = [];
    for (let index = 0; index < 3; index += 1) {
      const log = await openLog(join(root, 'a'), POD);
      await record(log, 0, 2);
      if (known.includes(index)) await anchor.opened(log, POD, logs.at(-1)?.origin ?? null);
      await log.close();
      if (known.includes(index)) await anchor.head(log);
      logs.push(log);
    }
    await anchor.log.close();
    const written = await Promise.all(logs.map((log) => writtenLog(join(root, 'a'), log)));
    return verifyFleet(
      [
        await KEEPINGS.podLog(
          join(root, 'kept'),
          written.flatMap(({ lines }) => lines),
        ),
      ],
      {
        fleetLog: [await KEEPINGS.podLog(join(root, 'fleet'), anchor.lines)],
        anchorKey: parseVerifier(anchor.log.key),
        ...{ from: null, to: null, live: false },
      },
    );
  }

  it.each<readonly [string, readonly number[], number, RegExp | null]>([
    ['takes it where a later one that it knows names its end', [0, 2], 0, null],
    [
      'doubts it where it only follows one that it knows',
      [0, 1],
      4,
      /unknown to the anchor; it follows a known log/,
    ],
    ['doubts it where it knows nothing of the pod', [], 4, /unknown to the anchor, so its key/],
  ])('%s', async (_, known, exit, text) => {
    const report = await processes(known);
    expect(report.exit).toBe(exit);
    if (text === null) expect(texts(report)).toEqual([]);
    else expect(texts(report)).toContainEqual(expect.stringMatching(text));
  });
});
