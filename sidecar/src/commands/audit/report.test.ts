import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KEEPINGS, KeptAnchor, openLog, record, writtenLog } from '../../audit/fleet/testing/kept-fleet.ts';
import { createLedger } from '../../audit/log/ledger.ts';
import { canonicalize, type JsonObject } from '../../audit/record/canonical.ts';
import { identityFrom } from '../../audit/record/identity.ts';
import { parseVerifier } from '../../audit/record/note.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import type { Source } from '../../audit/verify/entries.ts';
import { reportCommand } from './report-command.ts';

const GENERATED = '2026-02-04T00:00:00.000Z';
const EVER = { from: null, to: null };
let dir = '';
let key = '';

const hit = {
  control: 'action',
  rule: 'tool.not-listed',
  action: 'block',
  code: 'tool_not_allowed',
  mode: 'enforce',
  pointer: '/tools/0',
} as const;

const decisions = [
  sampleDecision({ exchange: 'one', origins: ['user', 'tool'], tainted: true }),
  sampleDecision({
    ...{ exchange: 'one', kind: 'egress', verdict: 'redact', status: 200, model: null },
    hits: [
      { ...hit, control: 'egress', rule: 'pii.email', action: 'redact', code: 'sensitive_output' },
      {
        ...hit,
        control: 'egress',
        rule: 'pii.email',
        action: 'redact',
        code: 'sensitive_output',
        pointer: '/a',
      },
      { ...hit, control: 'egress', rule: 'links', code: 'exfiltration_link', mode: 'observe' },
    ],
    usage: { inputTokens: 12, outputTokens: 30 },
  }),
  sampleDecision({
    ...{ exchange: 'two', kind: 'action', verdict: 'block', code: 'tool_not_allowed', status: 403 },
    ...{ tools: ['send_email', 'search'], hits: [hit], outcome: 'refused' },
    policy: { name: 'support-bot', generation: 2, sha256: '6a'.repeat(32) },
  }),
  sampleDecision({
    ...{ exchange: 'three', verdict: 'block', code: 'request_malformed', status: 400, model: null },
    ...{ outcome: 'refused', direction: 'outbound', host: 'files.example.com' },
  }),
  sampleDecision({
    ...{ exchange: 'four', dialect: 'opaque', verdict: 'pass', model: null, direction: 'outbound' },
    ...{ host: 'api.example.com:443', path: '/health' },
    connection: {
      ...{ protocol: 'tls', host: 'api.example.com', port: 443, address: null },
      ...{ bytesSent: null, bytesReceived: null },
    },
  }),
  sampleDecision({
    ...{ exchange: 'five', model: 'qwen3-8b' },
    hits: [
      { ...hit, control: 'ingress', rule: 'injection.override', code: 'injection_detected', mode: 'observe' },
    ],
  }),
] as const;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-report-'));
  let now = Date.parse('2026-02-03T04:05:06.000Z');
  const log = await createLedger({
    dir,
    identity: identityFrom(
      { LLM_BOUNDARY_POD_NAME: 'agent-0', LLM_BOUNDARY_POD_NAMESPACE: 'support' },
      'host',
    ),
    version: '0.0.0',
    policy: { name: 'support-bot', generation: 1, sha256: '5f'.repeat(32) },
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    clock: () => (now += 7_000),
    limits: { checkpointMs: 0, waitMs: 30_000 },
  });
  key = log.key;
  for (const decision of decisions) await log.record(null, decision, true);
  await log.close();
});
afterAll(() => rm(dir, { recursive: true }));

function source(...paths: readonly string[]): Source {
  return { paths: paths.length === 0 ? [dir] : paths, fromLog: null, fromOtlp: [] };
}

async function report(
  given: Source,
  changes: Partial<Parameters<typeof reportCommand>[1]> = {},
): Promise<{ readonly exit: number; readonly out: string }> {
  const out: string[] = [];
  const keys = [parseVerifier(key) ?? []].flat();
  const options = {
    period: EVER,
    fleet: null,
    keys,
    live: false,
    output: 'html',
    generated: GENERATED,
  } as const;
  const exit = await reportCommand(
    given,
    { ...options, ...changes },
    {
      out: (text) => out.push(text),
      err: () => undefined,
      raw: () => Promise.resolve(),
    },
  );
  return { exit, out: `${out.join('\n')}\n` };
}

async function json(
  given: Source,
  changes: Partial<Parameters<typeof reportCommand>[1]> = {},
): Promise<unknown> {
  return JSON.parse((await report(given, { ...changes, output: 'json' })).out);
}

/** The lines of the log as they were written. */
async function written(): Promise<readonly JsonObject[]> {
  const name = (await readdir(dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
  const lines = (await readFile(join(dir, name), 'utf8')).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as JsonObject);
}

/** A file with these lines, in which no hash fits any more. */
async function forged(lines: readonly JsonObject[], run: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-forged-'));
  const path = join(folder, 'forged.jsonl');
  await writeFile(path, lines.map((line) => `${canonicalize(line)}\n`).join(''));
  await run(path);
  await rm(folder, { recursive: true });
}

const VOID = new Set(['meta', 'rect', 'line']);

/** Where the tags of a document do not fit together; null where they do. */
function faultIn(page: string): string | null {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^]*?<\/style>/, '');
  const rest = body.replace(
    /<(\/?)([a-z0-9]+)((?:\s[a-z0-9:-]+(?:="[^"<>]*")?)*)\/?>/gi,
    (_all, slash, name) => {
      const tag = String(name);
      if (slash === '/') {
        const last = open.pop();
        if (last !== tag) open.push(`${last ?? 'nothing'} closed by ${tag}`);
      } else if (!VOID.has(tag)) open.push(tag);
      return '';
    },
  );
  if (/[<>]/.test(rest)) return /.{0,40}[<>].{0,40}/.exec(rest)?.[0] ?? '';
  return open.length === 0 ? null : open.join(', ');
}

describe('names that are no names', () => {
  const PAYLOADS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</td></table></main><iframe>',
    '<!--',
    '&lt;b&gt;&#60;script&#62;',
    '${alert(1)}',
    'a\u202eb\u2066c\u0000\u001b[2J\u2028',
    'x'.repeat(500),
  ];
  const places: readonly (readonly [string, (payload: string) => JsonObject])[] = [
    ['model', (model) => ({ model })],
    ['tools', (tool) => ({ tools: [tool] })],
    ['host', (host) => ({ host })],
    ['policy', (name) => ({ policy: { name, generation: 1, sha256: name } })],
    ['code', (code) => ({ code, verdict: 'block', hits: [] })],
    [
      'rule',
      (rule) => ({
        hits: [
          { ...hit, rule, code: rule },
          { ...hit, rule, code: rule, mode: 'observe' },
        ],
      }),
    ],
    ['dialect', (dialect) => ({ dialect })],
    ['origin', (origin) => ({ origin: `${origin.replaceAll('/', '')}/n/p/chain/0123456789abcdef` })],
  ];

  it.each(places)('of a %s stay text', async (_name, changes) => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const lines = PAYLOADS.map((payload, seq) => ({ ...line, seq, ...changes(payload) }));
    await forged(lines, async (path) => {
      const { exit, out } = await report(source(path));
      expect(exit).toBe(1);
      expect(faultIn(out)).toBeNull();
      expect(out.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
      expect(out).not.toMatch(/<(script|img|iframe)/);
      expect(out).toContain('TAMPERED');
      expect(JSON.parse((await report(source(path), { output: 'json' })).out)).toMatchObject({ v: 1 });
    });
  });

  it('fill tables up to their limit, and omitted rows are a gap', async () => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const lines = Array.from({ length: 260 }, (_, seq) => ({ ...line, seq, model: `model-${seq}` }));
    await forged(lines, async (path) => {
      const made = await json(source(path));
      expect(made).toMatchObject({ facts: { models: { omitted: 160, isCut: false } } });
      expect(made).toHaveProperty('facts.models.rows.length', 100);
      const { out } = await report(source(path));
      expect(out).toContain('The table of models leaves out 160 rows with the fewest decisions.');
      expect(out.match(/>model-\d+</g)).toHaveLength(100);
    });
  });

  it('and times that are no times of this world leave the plot bounded', async () => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const times = ['0001-01-01T00:00:00.000Z', '2026-02-03T04:05:06.000Z', '9999-12-31T23:59:59.999Z'];
    await forged(
      times.map((time, seq) => ({ ...line, seq, time })),
      async (path) => {
        const { out } = await report(source(path));
        expect(out.match(/<rect /g)?.length).toBeLessThanOrEqual(3);
        expect(await json(source(path))).toHaveProperty(
          'facts.timeline.intervals.length',
          expect.any(Number),
        );
        expect(out.length).toBeLessThan(100_000);
      },
    );
  });
});

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
    expect(await json(source(dir, dir), { keys: [] })).toMatchObject({
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
