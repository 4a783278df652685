import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { identityFrom } from '../../audit/record/identity.ts';
import { createLedger } from '../../audit/log/ledger.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import { runAuditCommand } from './run.ts';

let dir = '';
let key = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-run-'));
  const log = await createLedger({
    dir,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    limits: { waitMs: 30_000 },
  });
  key = log.key;
  await log.record(null, sampleDecision({ exchange: 'one' }), true);
  await log.close();
});
afterAll(() => rm(dir, { recursive: true }));

async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const exit = await runAuditCommand(argv, env, {
    out: (text) => (out += text + '\n'),
    err: (text) => (err += text + '\n'),
    raw: () => Promise.resolve(),
  });
  return { exit, out, err };
}

const PATH = 'PATH';
/** `PATH` stands for the folder of the log. */
function words(argv: readonly string[]): readonly string[] {
  return argv.map((word) => (word === PATH ? dir : word));
}

describe('llm-boundary-audit', () => {
  it.each<[readonly string[], string]>([
    [
      ['look'],
      '"look": unknown command; expected one of verify, show, why, export, report, prove, open, erase',
    ],
    [['verfy', PATH], '"verfy": unknown command; did you mean verify?'],
    [['verify'], 'expected one of PATH…, --from-log FILE or --from-otlp PATH'],
    [['verify', PATH, '--from-log', 'x'], 'expected one of PATH…, --from-log FILE or --from-otlp PATH'],
    [['verify', PATH, '--quick'], '--quick: unknown flag'],
    [['verify', PATH, '--key', 'x'], '--key "x": expected a verifier key'],
    [['verify', PATH, '--anchor-key', 'x'], '--anchor-key needs --fleet-log'],
    [['verify', PATH, '--from', '7d'], '--from needs --fleet-log'],
    [['verify', PATH, '--fleet-log', PATH, '--anchor-key', 'x'], '--anchor-key "x": expected a verifier key'],
    [['verify', PATH, '--fleet-log', PATH, '--to', 'x'], '--to "x": expected a time'],
    [['verify', PATH, '--output', 'yaml'], '--output "yaml": expected text or json'],
    [['show', PATH, '--since', 'yesterday'], '--since "yesterday": expected a time'],
    [['show', PATH, '--since', '2026-13-01'], '--since "2026-13-01": expected a time'],
    [['export', PATH], '--format is missing; expected csv or ocsf or cloudevents or jsonl'],
    [['prove', PATH], '--exchange is missing'],
    [['open', PATH, '--exchange', 'x', '--part', 'all'], '--part "all": expected request or response'],
  ])('%j exits 2 and says why', async (argv, text) => {
    const { exit, err, out } = await run(words(argv));
    expect(err).toContain(text);
    expect(out).toBe('');
    expect(exit).toBe(2);
  });

  it.each([
    ['verify', ['verify', '/nowhere/at/all']],
    ['show', ['show', '/nowhere/at/all']],
    [
      'open',
      [
        'open',
        PATH,
        '--exchange',
        'one',
        '--part',
        'request',
        '--body',
        '/nowhere',
        '--commitment-key',
        '/nowhere',
      ],
    ],
  ])('%s exits 3 where a file is not there, and names it', async (_name, argv) => {
    const { exit, err } = await run(words(argv));
    expect(exit).toBe(3);
    expect(err).toMatch(/^llm-boundary-audit: \/nowhere.*: there is no such file or folder\n$/);
  });

  it.each([
    [[]],
    [['--help']],
    [['verify', '--help']],
    [['show', '-h']],
    [['export', '--help']],
    [['prove', '--help']],
    [['open', '--help']],
  ])('%j explains itself', async (argv) => {
    const { exit, out } = await run(argv);
    expect(exit).toBe(0);
    expect(out).toMatch(/^Usage: llm-boundary-audit/);
  });

  it('verifies with the key from a flag or the environment', async () => {
    expect((await run(['verify', dir])).exit).toBe(4);
    expect((await run(['verify', dir, '--key', key])).exit).toBe(0);
    expect((await run(['verify', dir], { LLM_BOUNDARY_AUDIT_VERIFIER_KEY: key })).exit).toBe(0);
  });

  it('holds copies of any kind against a fleet log', async () => {
    const name = (await readdir(dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
    const mixed = ['verify', dir, '--from-log', join(dir, name), '--from-otlp', dir, '--fleet-log', dir];
    const { exit, out } = await run([...mixed, '--output', 'json']);
    // No anchor wrote any of this.
    expect(JSON.parse(out)).toMatchObject({ v: 1, exit: 3, verdict: 'missing' });
    expect(exit).toBe(3);
    expect((await run(mixed)).out).toMatch(/contains no line of an anchor[^]*EVIDENCE MISSING/);
  });

  it('reads a copy of a log in every command', async () => {
    const name = (await readdir(dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
    const copy = join(dir, name);
    for (const argv of [
      ['verify', '--key', key],
      ['show'],
      ['export', '--format', 'csv'],
      ['prove', '--exchange', 'one'],
    ])
      expect((await run([...argv, '--from-log', copy])).exit).toBe(0);
  });
});
