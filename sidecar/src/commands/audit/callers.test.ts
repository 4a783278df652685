import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../audit/log/ledger.ts';
import { callerFacts } from '../../audit/record/digests.ts';
import { identityFrom } from '../../audit/record/identity.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import { runAuditCommand } from './run.ts';

const KEY = '07'.repeat(32);
const ISSUER = 'https://idp.example.com';
let dir = '';

/** A log of two callers: `ann`, of whom it has the digest, and `bob`, whom it names; and of an anonymous one. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-callers-'));
  await writeFile(join(dir, 'digest.key'), `${KEY}\n`);
  const log = await createLedger({
    dir: join(dir, 'record'),
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    digestKey: Buffer.from(KEY, 'hex'),
    limits: { waitMs: 30_000 },
  });
  const identity = {
    via: 'jwt',
    issuer: ISSUER,
    subject: 'ann',
    groups: null,
    claims: {},
    actor: null,
  } as const;
  const bob = callerFacts({ ...identity, subject: 'bob\u001b[2J' }, log.digests, true);
  for (const [exchange, caller] of [
    ['one', callerFacts(identity, log.digests, false)],
    ['two', bob],
    ['three', null],
  ] as const)
    await log.record(null, sampleDecision({ exchange, caller }), true);
  await log.record(null, sampleDecision({ exchange: 'four' }), true);
  await log.close();
});
afterAll(() => rm(dir, { recursive: true }));

async function audit(
  ...argv: readonly string[]
): Promise<{ readonly exit: number; readonly said: readonly string[] }> {
  const said: string[] = [];
  const io = {
    out: (text: string) => said.push(text),
    err: (text: string) => said.push(text),
    raw: () => Promise.resolve(),
  };
  return { exit: await runAuditCommand(argv, {}, io), said };
}

async function digestOf(subject: string, ...flags: readonly string[]): Promise<string> {
  await writeFile(join(dir, 'value'), subject);
  return (
    (await audit('digest', join(dir, 'value'), '--digest-key', join(dir, 'digest.key'), ...flags)).said[0] ??
    ''
  );
}

describe('who called', () => {
  it('is not found by the digest of the same text in an argument, or of another issuer', async () => {
    for (const digest of [await digestOf('ann'), await digestOf('ann', '--issuer', 'https://other.test')])
      expect((await audit('show', join(dir, 'record'), '--caller', digest)).exit).toBe(3);
  });

  it('is text alone', async () => {
    expect(await digestOf('"ann"', '--json', '--issuer', ISSUER)).toContain('--issuer: a subject is text');
  });

  it('is found by the digest of the subject, or by the subject where the record has it', async () => {
    const digest = await digestOf('ann', '--issuer', ISSUER);
    const [line, ...others] = (await audit('show', join(dir, 'record'), '--caller', digest)).said;
    expect(others).toEqual([]);
    expect(line).toContain(`caller ${digest.slice(0, 8)}*`);
    expect(line).toMatch(/one$/);
    expect((await audit('show', join(dir, 'record'), '--caller', 'bob*')).said).toMatchObject([
      expect.stringContaining('caller bob\ufffd[2J'),
    ]);
  });

  it.each([
    [
      'one',
      / {2}by a caller, whose digest is [0-9a-f]{32}, verified by a token of https:\/\/idp\.example\.com$/,
    ],
    ['two', / {2}by caller bob\ufffd\[2J, whose digest is [0-9a-f]{32}, verified by a token of /],
    ['three', / {2}by an anonymous caller$/],
  ])('is said of exchange %s', async (id, expected) => {
    const { said } = await audit('why', id, join(dir, 'record'));
    expect(said.some((line) => expected.test(line))).toBe(true);
  });

  it('is not said where policy does not ask', async () => {
    expect((await audit('why', 'four', join(dir, 'record'))).said.join()).not.toMatch(/, {2}by .*caller/);
  });

  it('is in the report by digest alone, and who was not verified is a gap', async () => {
    const { said } = await audit('report', join(dir, 'record'), '--output', 'json');
    const [ann, bob] = [
      await digestOf('ann', '--issuer', ISSUER),
      await digestOf('bob\u001b[2J', '--issuer', ISSUER),
    ];
    const { facts, gaps } = JSON.parse(said.join('\n')) as {
      readonly facts: { readonly callers: { readonly rows: readonly { readonly name: string }[] } };
      readonly gaps: readonly string[];
    };
    expect(facts.callers.rows.map(({ name }) => name).sort()).toEqual(
      [ann, bob].map((digest) => `${ISSUER} ${digest}`).sort(),
    );
    expect(gaps).toContainEqual(
      expect.stringMatching(/^Decisions on requests to models whose caller is not on the record .*: 2\.$/),
    );
    const page = (await audit('report', join(dir, 'record'))).said.join('\n');
    expect(page).toContain(ann);
    expect(page).not.toContain('bob');
  });

  it('is in tables and events', async () => {
    const csv = await audit('export', join(dir, 'record'), '--format', 'csv');
    expect(csv.said[0]).toMatch(/,caller$/);
    expect(csv.said[1]).toMatch(/,[0-9a-f]{32}$/);
    expect(csv.said[3]).toMatch(/,$/);
    const ocsf = await audit('export', join(dir, 'record'), '--format', 'ocsf');
    expect(JSON.parse(ocsf.said[0] ?? '')).toMatchObject({
      unmapped: { caller: { issuer: ISSUER, via: 'jwt' } },
    });
  });
});
