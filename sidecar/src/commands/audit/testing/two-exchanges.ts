import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../../audit/log/ledger.ts';
import { identityFrom } from '../../../audit/record/identity.ts';
import { parseVerifier } from '../../../audit/record/note.ts';
import { sampleDecision } from '../../../audit/record/sample.ts';
import type { Output } from '../commands.ts';

export const BODY = '{"model":"m","messages":[{"role":"user","content":"yes"}]}';
export const ESCAPE = '\u001b[2J';

/** A sealed log of two exchanges, one of them refused, with a commitment to {@link BODY}. */
export class TwoExchanges {
  dir = '';
  key = '';

  async write(): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'audit-commands-'));
    let now = Date.parse('2026-02-03T04:05:06.000Z');
    const log = await createLedger({
      dir: this.dir,
      identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'agent-0' }, 'host'),
      version: '0.0.0',
      policy: null,
      telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
      clock: () => (now += 1_000),
      limits: { checkpointMs: 0, waitMs: 30_000 },
    });
    this.key = log.key;
    const request = log.commitments?.commit('one', 'request', BODY).commitment ?? null;
    await log.record(null, sampleDecision({ exchange: 'one', content: { request, response: null } }), true);
    await log.record(
      null,
      sampleDecision({
        exchange: 'two',
        verdict: 'block',
        code: 'tool_not_allowed',
        status: 403,
        path: `=cmd${ESCAPE}"`,
        tools: ['send_email'],
        hits: [
          {
            control: 'action',
            rule: 'action.tool',
            action: 'block',
            code: 'tool_not_allowed',
            mode: 'enforce',
            pointer: '/tools/0',
          },
          {
            control: 'ingress',
            rule: 'no-payroll',
            action: 'block',
            code: 'content_refused',
            mode: 'observe',
            pointer: null,
          },
        ],
      }),
      true,
    );
    await log.record(
      null,
      sampleDecision({ exchange: 'one', kind: 'close', outcome: 'completed', status: 200 }),
      true,
    );
    await log.close();
  }

  remove(): Promise<void> {
    return rm(this.dir, { recursive: true });
  }

  source(...paths: readonly string[]): { paths: readonly string[]; fromLog: null; fromOtlp: [] } {
    return { paths: paths.length === 0 ? [this.dir] : paths, fromLog: null, fromOtlp: [] };
  }

  keys(): readonly NonNullable<ReturnType<typeof parseVerifier>>[] {
    return [parseVerifier(this.key) ?? []].flat();
  }
}

/** What a command printed, and its exit. */
export async function run(
  command: (output: Output) => Promise<number>,
): Promise<{ readonly exit: number; readonly out: readonly string[]; readonly err: readonly string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await command({
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    raw: () => Promise.resolve(),
  });
  return { exit, out, err };
}
