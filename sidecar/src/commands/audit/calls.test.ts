import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../audit/log/ledger.ts';
import { Chain } from '../../audit/record/chain.ts';
import { callFacts } from '../../audit/record/digests.ts';
import { identityFrom } from '../../audit/record/identity.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import { runAuditCommand } from './run.ts';

const KEY = '07'.repeat(32);
let dir = '';
let keyFile = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-calls-'));
  keyFile = join(dir, 'digest.key');
  await writeFile(keyFile, `${KEY}\n`);
  const log = await createLedger({
    dir: join(dir, 'record'),
    identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'agent-0' }, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    digestKey: Buffer.from(KEY, 'hex'),
    limits: { waitMs: 30_000 },
  });
  const call = async (exchange: string, name: string, value: object): Promise<void> => {
    const calls = [callFacts({ name, arguments: JSON.stringify(value) }, log.digests)];
    await log.record(null, sampleDecision({ exchange, kind: 'action', tools: [name], calls }), true);
  };
  await log.append('offset', { offset_ms: -1_250, round_trip_ms: 31 });
  await call('one', 'read_mail', { id: 7 });
  await call('two', 'send_email', { to: 'a@example.com', body: { text: 'IBAN 1' } });
  await call('three', 'http_post', { url: 'https://x.example', fields: ['IBAN 1', 'b'] });
  await log.close();
  const fleet = new Chain('llm-boundary-anchor', Date.now);
  const opened = fleet.event('opened', {
    ...{ log: log.origin, size: 1, hash: '0'.repeat(64), genesis: '0'.repeat(64), follows: null, key: 'k' },
    ...{ policy: null, pod: { namespace: 'n', name: 'agent-0', uid: 'u' } },
    image: 'sidecar@sha256:1',
    containers: [
      { name: 'model', image: 'vllm@sha256:2' },
      { name: 'late', image: '' },
    ],
    labels: [
      { name: 'app', value: 'agent' },
      { name: 'tier', value: 'back' },
    ],
    owner: { kind: 'ReplicaSet', name: 'agent-5' },
  });
  await writeFile(join(dir, 'fleet.jsonl'), `${opened}\n`);
});
afterAll(() => rm(dir, { recursive: true }));

async function audit(
  ...argv: readonly string[]
): Promise<{ readonly exit: number; readonly out: readonly string[]; readonly err: readonly string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runAuditCommand(
    argv,
    {},
    { out: (text) => out.push(text), err: (text) => err.push(text), raw: () => Promise.resolve() },
  );
  return { exit, out, err };
}

async function digestOf(text: string, ...flags: readonly string[]): Promise<string> {
  const file = join(dir, 'value');
  await writeFile(file, text);
  const { out } = await audit('digest', file, '--digest-key', keyFile, ...flags);
  return out[0] ?? '';
}

describe('where a value of a call went', () => {
  it.each<[what: string, file: string, flags: readonly string[], exit: number, err: string]>([
    ['a key that is none', 'value', [], 3, 'a key is 64 lower-case hex digits'],
    ['a file that is not there', 'none', [], 3, 'there is no such file or folder'],
    ['no JSON where it must be', 'value', ['--json'], 2, '--json: the file holds no JSON'],
  ])('is not answered for %s', async (what, file, flags, exit, err) => {
    await writeFile(join(dir, 'value'), '{"a":');
    const key = what === 'a key that is none' ? join(dir, 'value') : keyFile;
    const result = await audit('digest', join(dir, file), '--digest-key', key, ...flags);
    expect(result.exit).toBe(exit);
    expect(result.err.join()).toContain(err);
    expect(result.out).toEqual([]);
  });

  it('is found in all calls that had it, wherever it stood', async () => {
    const digest = await digestOf('IBAN 1\n');
    const { exit, out } = await audit('show', join(dir, 'record'), '--digest', digest);
    expect(exit).toBe(0);
    expect(out).toHaveLength(2);
    expect(out[0]).toContain(`body.text=${digest.slice(0, 8)}*`);
    expect(out[1]).toContain(`fields[]=${digest.slice(0, 8)}*`);
    expect((await audit('show', join(dir, 'record'), '--digest', `${digest.slice(0, 8)}*`)).out).toEqual(out);
  });

  it.each<[what: string, text: string, flags: readonly string[], count: number]>([
    ['a number', '7', ['--json'], 1],
    ['text that looks like a number', '7', [], 0],
    ['a list as a whole', '[ "IBAN 1", "b" ]', ['--json'], 1],
    ['a value that no call had', 'IBAN 2', [], 0],
  ])('is found for %s', async (_what, text, flags, count) => {
    const { exit, out } = await audit(
      ...['show', join(dir, 'record'), '--json', '--digest', await digestOf(text, ...flags)],
    );
    expect(out).toHaveLength(count);
    expect(exit).toBe(count === 0 ? 3 : 0);
  });

  it('is in the table of calls', async () => {
    const { out } = await audit('export', join(dir, 'record'), '--format', 'csv');
    const digest = await digestOf('a@example.com');
    expect(out[0]).toMatch(/,arguments,clock_offset_ms,caller$/);
    expect(out[1]).toMatch(/,-1250,$/);
    expect(out[2]).toContain(`send_email.to=${digest} send_email.body=`);
  });

  it('includes the pod and its image with a fleet log', async () => {
    const { out } = await audit('why', 'two', join(dir, 'record'), join(dir, 'fleet.jsonl'));
    expect(out.slice(2, 8)).toEqual([
      '  of pod ?/agent-0',
      '  of ReplicaSet agent-5, by the anchor',
      '  labels app=agent, tier=back, by the anchor',
      '  container model: image vllm@sha256:2',
      '  container late: image not known',
      '  sidecar: image sidecar@sha256:1',
    ]);
  });

  it.each([
    ['agent-6', 0],
    ['app=other', 0],
    ['deployment/agent-5', 0],
    ['agent-5', 3],
    ['replicaset/*', 3],
    ['app=agent', 3],
    ['tier=b*', 3],
  ])('is found by the controller or a label %s with a fleet log, and not without', async (name, count) => {
    const both = [join(dir, 'record'), join(dir, 'fleet.jsonl')];
    const { out, exit } = await audit('show', ...both, '--json', '--workload', name);
    expect([out.length, exit]).toEqual([count, count === 0 ? 3 : 0]);
    const { out: rows } = await audit('export', ...both, '--format', 'ocsf', '--workload', name);
    expect(rows.length).toBe(count);
    expect((await audit('show', join(dir, 'record'), '--workload', name)).exit).toBe(3);
  });

  it('states the offset of the clock', async () => {
    const said = "the clock is 1250 ms behind the anchor's, give or take 16 ms";
    expect((await audit('why', 'two', join(dir, 'record'))).out).toContain(`  ${said}`);
    expect((await audit('show', join(dir, 'record'))).out[1]).toContain(said);
    const { out } = await audit('report', join(dir, 'record'), '--output', 'json');
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      facts: { events: { comparedClocks: 1, largestOffsetMs: 1_250 } },
      gaps: expect.arrayContaining(["Clocks were up to 1250 ms away from the anchor's."]) as unknown,
    });
  });

  it('explains one exchange in sentences', async () => {
    const { out } = await audit('why', 'two', join(dir, 'record'));
    expect(out).toContain('  called send_email with');
    expect(out).toContain(`    to, whose value has the digest ${await digestOf('a@example.com')}`);
    expect(out.join('\n')).not.toContain('example.com');
  });
});
