import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../../audit/log/ledger.ts';
import { canonicalize, type JsonObject } from '../../../audit/record/canonical.ts';
import { identityFrom } from '../../../audit/record/identity.ts';
import { parseVerifier } from '../../../audit/record/note.ts';
import { sampleDecision } from '../../../audit/record/sample.ts';
import type { Source } from '../../../audit/verify/entries.ts';
import { reportCommand } from '../report-command.ts';

const GENERATED = '2026-02-04T00:00:00.000Z';
export const EVER = { from: null, to: null };
/** Of the log that every test starts from. */
let dir = '';
let key = '';

export function folder(): string {
  return dir;
}

export const hit = {
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

/** A sealed log of some decisions; `removeLog` removes it. */
export async function writeLog(): Promise<void> {
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
}

export function removeLog(): Promise<void> {
  return rm(dir, { recursive: true });
}

export function source(...paths: readonly string[]): Source {
  return { paths: paths.length === 0 ? [dir] : paths, fromLog: null, fromOtlp: [] };
}

export async function report(
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

export async function json(
  given: Source,
  changes: Partial<Parameters<typeof reportCommand>[1]> = {},
): Promise<unknown> {
  return JSON.parse((await report(given, { ...changes, output: 'json' })).out);
}

/** The lines of the log as they were written. */
export async function written(): Promise<readonly JsonObject[]> {
  const name = (await readdir(dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
  const lines = (await readFile(join(dir, name), 'utf8')).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as JsonObject);
}

/** A file with these lines, in which no hash fits any more. */
export async function forged(
  lines: readonly JsonObject[],
  run: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-forged-'));
  const path = join(folder, 'forged.jsonl');
  await writeFile(path, lines.map((line) => `${canonicalize(line)}\n`).join(''));
  await run(path);
  await rm(folder, { recursive: true });
}

const VOID = new Set(['meta', 'rect', 'line']);

/** Where the tags of a document do not fit together; null where they do. */
export function faultIn(page: string): string | null {
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
