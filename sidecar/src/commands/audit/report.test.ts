import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KEEPINGS, KeptAnchor, openLog, record, writtenLog } from '../../audit/fleet/testing/kept-fleet.ts';
import { parseVerifier } from '../../audit/record/note.ts';

import {
  EVER,
  faultIn,
  folder,
  forged,
  json,
  removeLog,
  report,
  source,
  writeLog,
  written,
} from './testing/reported-log.ts';

beforeAll(writeLog);
afterAll(removeLog);

describe('contents of the record', () => {
  it.each<[string, () => Promise<{ exit: number; out: string }>, number, string]>([
    ['tampered lines', () => tampered(), 1, 'The record was TAMPERED with.'],
    ['a copy that lacks lines', () => lacking(), 3, 'Parts of the record are MISSING.'],
    [
      'a key of its own alone',
      () => report(source(), { keys: [] }),
      4,
      'Nothing wrong was found, and not everything can be told.',
    ],
    ['a whole record', () => report(source()), 0, 'The record is whole and unchanged.'],
  ])('%s', async (_name, made, exit, text) => {
    const { exit: found, out } = await made();
    expect(out).toContain(text);
    expect(found).toBe(exit);
  });

  async function tampered(): Promise<{ exit: number; out: string }> {
    const lines = (await written()).map((line) => ({
      ...line,
      ...(line['seq'] === 2 ? { method: 'GET' } : {}),
    }));
    let made = { exit: -1, out: '' };
    await forged(lines, async (path) => {
      made = await report(source(path));
    });
    return made;
  }

  async function lacking(): Promise<{ exit: number; out: string }> {
    const lines = (await written()).filter(({ seq }) => seq !== 4);
    let made = { exit: -1, out: '' };
    await forged(lines, async (path) => {
      made = await report({ paths: [], fromLog: path, fromOtlp: [] });
    });
    return made;
  }

  it('counts a line once, in however many copies it is', async () => {
    expect(await json(source(folder(), folder()), { keys: [] })).toMatchObject({
      facts: { totals: { decisions: 6, exchanges: 5 } },
    });
  });

  it('omits lines outside of the range, and shows since when a policy was in force', async () => {
    const period = { from: '2026-02-03T04:05:40.000Z', to: '2026-02-03T04:05:45.000Z' };
    const made = await json(source(), { period });
    expect(made).toHaveProperty('facts.policies.rows.length', 1);
    expect(made).toMatchObject({ period, facts: { policies: { rows: [{ sha256: '6a'.repeat(32) }] } } });
    const later = await json(source(), { period: { from: '2026-02-03T04:05:50.000Z', to: null } });
    expect(later).toMatchObject({
      facts: { policies: { rows: [{ sha256: '5f'.repeat(32), since: '2026-02-03T04:05:20.000Z' }] } },
    });
    const empty = { from: '2027-01-01T00:00:00.000Z', to: null };
    const { out } = await report(source(), { period: empty });
    expect(out).toContain('There is no decision in this time.');
    expect(faultIn(out)).toBeNull();
  });

  it('holds copies of any kind against a fleet log, and names the pod that has no record', async () => {
    const root = await mkdtemp(join(tmpdir(), 'audit-fleet-report-'));
    const pod = { namespace: 'ml', name: 'agent-a', uid: 'uid-a' };
    const anchor = await KeptAnchor.open(join(root, 'anchor'));
    const log = await openLog(join(root, 'a'), pod);
    await record(log, 0, 3);
    await anchor.opened(log, pod);
    await log.close();
    await anchor.head(log);
    const silent = { namespace: 'ml', name: 'agent-b', uid: 'uid-b' };
    await anchor.log.append('silence', { log: null, pod: silent, reason: 'no_genesis', size: null });
    await anchor.log.close();
    const fleetLog = await KEEPINGS.podLog(join(root, 'fleet'), anchor.lines);
    const copy = await KEEPINGS.otlpProtobuf(
      join(root, 'copy'),
      (await writtenLog(join(root, 'a'), log)).lines,
    );
    const fleet = { ...EVER, fleetLog: [fleetLog], anchorKey: parseVerifier(anchor.log.key), live: false };
    const { exit, out } = await report(
      { paths: [copy, fleetLog], fromLog: null, fromOtlp: [join(root, 'a')] },
      { fleet },
    );
    expect(out).toMatch(/<caption>Missing<[^]*ml\/agent-b/);
    expect(exit).toBe(3);
    const made = await json(source(copy, join(root, 'a'), fleetLog), { fleet });
    expect(made).toMatchObject({
      verification: { against: 'fleet log', pods: { complete: 1, missing: 1 } },
      facts: { totals: { decisions: 3, exchanges: 3 }, workloads: { rows: [{ name: 'local/ml/agent-a' }] } },
    });
    await rm(root, { recursive: true });
  });

  it('needs nothing from outside, and no script', async () => {
    const { out } = await report(source());
    expect(faultIn(out)).toBeNull();
    expect(out).not.toMatch(/https?:|src=|url\(|@import|<script|<link|javascript:/);
  });

  it('states for every control its support, or that there is none', async () => {
    const { out } = await report(source());
    for (const id of ['12(1)', '12(3)', 'LLM01', 'LLM10', 'ASI01', 'ASI10', 'A.6.2.8', 'CC7.1', 'CC7.5'])
      expect(out).toContain(`<th scope="row">${id} `);
    expect(out).toMatch(/LLM09 Misinformation<\/th><td><strong>GAP: nothing/);
  });

  it.each(['json', 'html'] as const)('as %s (UPDATE_GOLDEN=1 rewrites)', async (output) => {
    const { out } = await report(source(), { output });
    const golden = join(import.meta.dirname, 'testdata', `report.${output}`);
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, out);
    expect(out).toBe(await readFile(golden, 'utf8'));
  });
});
