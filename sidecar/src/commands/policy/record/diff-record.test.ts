import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../../audit/log/ledger.ts';
import type { AuditLog } from '../../../audit/log/audit-log.ts';
import type { JsonObject } from '../../../audit/record/canonical.ts';
import { identityFrom } from '../../../audit/record/identity.ts';
import { sampleDecision } from '../../../audit/record/sample.ts';
import { runAuditCommand } from '../../audit/run.ts';
import { runPolicyCommand } from '../command.ts';

const SHADOW = { generation: 1, name: 'shadow', sha256: 'ab'.repeat(32) };
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diff-record-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function recorded(write: (log: AuditLog) => Promise<void>): Promise<string> {
  const dir = await mkdtemp(join(folder, 'record-'));
  const log = await createLedger({
    dir,
    identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'bot-0', LLM_BOUNDARY_POD_NAMESPACE: 'chat' }, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
  });
  await write(log);
  await log.close();
  return dir;
}

function refused(exchange: string): JsonObject {
  const hit = {
    action: 'block',
    code: 'model_not_allowed',
    control: 'action',
    mode: 'enforce',
    pointer: null,
  };
  return {
    ...{ change: 'would_refuse', code: 'model_not_allowed', control: 'action', dialect: 'openai-chat' },
    ...{
      direction: 'inbound',
      exchange,
      verdict: 'block',
      live: { code: null, verdict: 'allow' },
      policy: SHADOW,
    },
    hits: [{ ...hit, rule: 'model.not-listed' }],
  };
}

function allowed(exchange: string): JsonObject {
  return {
    ...refused(exchange),
    ...{ change: 'would_allow', code: null, verdict: 'allow', hits: [] },
    live: { code: 'content_refused', verdict: 'block' },
  };
}

function tally(same: number, refusals: number): JsonObject {
  const none = { other: 0, skipped: 2, failed: 0, unrecorded: 0 };
  return { policy: SHADOW, same, would_refuse: refusals, would_allow: 1, ...none };
}

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(...argv: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await runPolicyCommand(['diff', ...argv], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: {},
  });
  return { status, out, err };
}

describe('policy diff --record', () => {
  it.each([
    [[]],
    [['--record', 'r', '--traffic', 't']],
    [['--record', 'r', 'live.yaml']],
    [['live.yaml', '--traffic', 't']],
  ])('wants one way of comparing: %j', async (argv) => {
    expect(await run(...argv)).toMatchObject({
      status: 2,
      err: expect.stringContaining('expected either') as string,
    });
  });

  it('does not take a record without a shadow for one without differences', async () => {
    const dir = await recorded(async (log) => {
      await log.record(null, sampleDecision(), true);
    });
    expect(await run('--record', dir)).toEqual({
      ...{ status: 3, out: '' },
      err: 'no shadow was judged in this record\n',
    });
  });

  it('groups differences by rule, with counts and examples', async () => {
    const dir = await recorded(async (log) => {
      for (const id of ['a', 'b', 'c', 'd']) await log.append('shadow', refused(id));
      const hits = [
        {
          control: 'ingress',
          rule: 'no-payroll',
          action: 'block',
          code: 'content_refused',
          mode: 'enforce',
          pointer: null,
        },
      ] as const;
      await log.record(
        null,
        sampleDecision({ exchange: 'e', verdict: 'block', code: 'content_refused', hits }),
        true,
      );
      await log.append('shadow', allowed('e'));
      await log.append('shadow_tally', tally(5, 2));
      await log.append('shadow_tally', tally(10, 4));
      // Counting began anew.
      await log.append('shadow_tally', tally(1, 0));
    });
    expect(await run('--record', dir)).toEqual({
      status: 3,
      err: '',
      out: `shadow ${SHADOW.sha256}
  17 exchanges judged: 11 the same, 4 would be refused, 2 would be allowed, 0 other; 4 skipped, 0 failed, 0 differences without a line
  would refuse: model_not_allowed (model.not-listed): 4, such as a, b, c
  would allow: content_refused (no-payroll): 1, such as e
`,
    });
    const { out } = await run('--record', dir, '--json', '--workload', 'chat/bot-*');
    expect(JSON.parse(out)).toMatchObject({ sha256: SHADOW.sha256, groups: [{ count: 4 }, { count: 1 }] });
    expect(await run('--record', dir, '--workload', 'other')).toMatchObject({ status: 3, out: '' });
  });

  it('ends with 0 where the shadow agreed throughout', async () => {
    const none = { would_refuse: 0, would_allow: 0, other: 0, skipped: 0, failed: 0, unrecorded: 0 };
    const dir = await recorded((log) => log.append('shadow_tally', { policy: SHADOW, same: 7, ...none }));
    expect(await run('--record', dir)).toMatchObject({ status: 0, err: '' });
  });

  it('is what why says of an exchange', async () => {
    const dir = await recorded(async (log) => {
      await log.record(null, sampleDecision({ exchange: 'a' }), true);
      await log.append('shadow', refused('a'));
    });
    const out: string[] = [];
    const output = {
      out: (line: string): void => void out.push(line),
      err: (line: string): void => void out.push(line),
      raw: (): Promise<void> => Promise.resolve(),
    };
    expect(await runAuditCommand(['why', 'a', dir], {}, output)).toBe(0);
    const text = out.join('\n');
    expect(text).toContain(
      `the shadow policy, SHA-256 ${SHADOW.sha256}, would have said block (model_not_allowed) where the policy in force said allow; it had no effect`,
    );
    expect(text).toContain('  rule model.not-listed: block, model_not_allowed');
  });
});
