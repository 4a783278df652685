import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { identityFrom } from '../../audit/record/identity.ts';
import { createLedger } from '../../audit/log/ledger.ts';
import { parseVerifier } from '../../audit/record/note.ts';
import { EVERYTHING } from '../../audit/verify/filter.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import {
  exportCommand,
  openCommand,
  proveCommand,
  showCommand,
  verifyCommand,
  whyCommand,
  type Output,
} from './commands.ts';
import { EXPORT_FORMATS } from '../../audit/export/export.ts';
import { runs } from '../../detectors/testing/runs.ts';

const BODY = '{"model":"m","messages":[{"role":"user","content":"yes"}]}';
const ESCAPE = '\u001b[2J';
let dir = '';
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-commands-'));
  let now = Date.parse('2026-02-03T04:05:06.000Z');
  const log = await createLedger({
    dir,
    identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'agent-0' }, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    clock: () => (now += 1_000),
    limits: { checkpointMs: 0, waitMs: 30_000 },
  });
  key = log.key;
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
});
afterAll(() => rm(dir, { recursive: true }));

/** What a command printed, and its exit. */
async function run(
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

function source(...paths: readonly string[]): { paths: readonly string[]; fromLog: null; fromOtlp: [] } {
  return {
    paths: paths.length === 0 ? [dir] : paths,
    fromLog: null,
    fromOtlp: [],
  };
}
function keys(): readonly NonNullable<ReturnType<typeof parseVerifier>>[] {
  return [parseVerifier(key) ?? []].flat();
}

describe('show', () => {
  it('exits 3 where nothing matches', async () => {
    const result = await run((output) =>
      showCommand(source(), { ...EVERYTHING, exchange: 'none' }, false, output),
    );
    expect(result).toMatchObject({ exit: 3, out: [] });
  });

  it('describes events without control characters', async () => {
    const { exit, out } = await run((output) => showCommand(source(), EVERYTHING, false, output));
    expect(exit).toBe(0);
    expect(out.join('\n')).not.toContain('\u001b');
    expect(out.map((line) => line.split(/ {2,}/).slice(2, 4).join('|'))).toEqual([
      expect.stringContaining('begins'),
      'ingress|allow',
      'ingress|block tool_not_allowed',
      'close|allow',
      expect.stringContaining('log ends after 3 records'),
    ]);
    expect(out[2]).toContain('rules action.tool,no-payroll (observed)');
  });

  it.each([
    ['an exchange', { ...EVERYTHING, exchange: 'one' }, 2],
    ['a code', { ...EVERYTHING, code: 'tool_not_allowed' }, 1],
    ['a code that was only observed', { ...EVERYTHING, code: 'content_refused' }, 1],
    ['a time', { ...EVERYTHING, from: '2026-02-03T04:05:10.000Z' }, 2],
    ['a time that is over', { ...EVERYTHING, to: '2026-02-03T04:05:07.999Z' }, 0],
    [
      'a span of time',
      { ...EVERYTHING, from: '2026-02-03T04:05:06.000Z', to: '2026-02-03T05:00:00.000Z' },
      3,
    ],
    ['a pod', { ...EVERYTHING, workload: 'agent-*' }, 3],
    ['another pod', { ...EVERYTHING, workload: 'agent' }, 0],
    ['a model', { ...EVERYTHING, model: 'llama*' }, 3],
    ['a model, as no pattern', { ...EVERYTHING, model: 'llama.3.1.70b' }, 0],
    ['a tool', { ...EVERYTHING, tool: 'send_email' }, 1],
    ['a rule', { ...EVERYTHING, rule: 'action.tool' }, 1],
    ['a rule that observed', { ...EVERYTHING, rule: 'no-*' }, 1],
    ['a verdict', { ...EVERYTHING, verdict: 'block' as const }, 1],
    ['two things that do not meet', { ...EVERYTHING, verdict: 'allow' as const, tool: 'send_email' }, 0],
    ['a policy', { ...EVERYTHING, policy: 'support-bot' }, 3],
    ['a host', { ...EVERYTHING, host: 'api.example.com' }, 0],
  ])('picks %s', async (_name, filter, count) => {
    const { out } = await run((output) => showCommand(source(), filter, true, output));
    expect(out).toHaveLength(count);
  });
});

describe('why', () => {
  it('explains request and delivery', async () => {
    const { exit, out } = await run((output) => whyCommand(source(), 'one', false, output));
    expect(exit).toBe(0);
    const text = out.join('\n');
    expect(text).toMatch(/^Exchange one\n/);
    expect(text).toContain(
      'POST /v1/chat/completions (openai-chat), inbound, to the model container of this pod',
    );
    expect(text).toContain('Under policy support-bot, generation 1, SHA-256 5f5f');
    expect(text).toContain('Control ingress let it pass');
    expect(text).toContain('Reached the model container: the request');
    expect(text).toContain('Reached the caller: the reply');
  });

  it('explains a refusal: no destination reached, and the rules', async () => {
    const { out } = await run((output) => whyCommand(source(), 'two', false, output));
    const text = out.join('\n');
    expect(text).toContain('Reached the model container: nothing');
    expect(text).toContain('Reached the caller: a refusal, tool_not_allowed');
    expect(text).toContain('  rule action.tool: block, tool_not_allowed, at /tools/0');
    expect(text).toContain(
      '  rule no-payroll: would block (observed only), content_refused, at the exchange as a whole',
    );
    expect(text).not.toContain('\u001b');
  });

  it('exits 3 where there is no record', async () => {
    expect(await run((output) => whyCommand(source(), 'none', false, output))).toMatchObject({
      exit: 3,
      out: [],
    });
  });
});

describe('export', () => {
  it.each(EXPORT_FORMATS)('as %s', async (format) => {
    const { exit, out } = await run((output) => exportCommand(source(), EVERYTHING, format, output));
    expect(exit).toBe(0);
    expect(out).toHaveLength(format === 'csv' ? 4 : 3);
    const text = out
      .join('\n')
      .replaceAll(/chain\/[0-9a-f]{16}/g, 'chain/X')
      .replaceAll(/[0-9a-f]{64}/g, 'HASH');
    const golden = join(import.meta.dirname, 'testdata', `export.${format}`);
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text + '\n');
    expect(text + '\n').toBe(await readFile(golden, 'utf8'));
  });

  it('writes no formula into a spreadsheet', async () => {
    const { out } = await run((output) => exportCommand(source(), EVERYTHING, 'csv', output));
    expect(out[2]).toContain(`"'=cmd${ESCAPE}"""`);
  });
});

describe('prove', () => {
  it('exits 3 for an exchange that is not there', async () => {
    expect(await run((output) => proveCommand(source(), 'none', output))).toMatchObject({ exit: 3, out: [] });
  });

  async function proofOf(exchange: string): Promise<string> {
    const { exit, out } = await run((output) => proveCommand(source(), exchange, output));
    expect(exit).toBe(0);
    return out[0] ?? '';
  }

  async function verifyText(text: string, known = keys()): Promise<number> {
    const path = join(dir, 'proof.json');
    await writeFile(path, text);
    const options = { keys: known, live: false, json: true };
    const { exit } = await run((output) => verifyCommand(source(path), options, output));
    await rm(path);
    return exit;
  }

  it('gives a proof of every record that verify takes without the log', async () => {
    const text = await proofOf('one');
    expect((JSON.parse(text) as { readonly segments: unknown[] }).segments).toHaveLength(2);
    expect(await verifyText(text)).toBe(0);
    expect(await verifyText(text, [])).toBe(4);
  });

  it('never passes when a byte of the proof changes', async () => {
    const bytes = Buffer.from(await proofOf('two'));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(await verifyText(changed.toString())).not.toBe(0);
      }),
      { numRuns: runs(60) },
    );
  }, 60_000);

  it('never passes for another exchange', async () => {
    const text = (await proofOf('two')).replace('"exchange":"two"', '"exchange":"one"');
    expect(await verifyText(text)).toBe(1);
  });
});

describe('open', () => {
  const wanted = async (
    body: string,
    changes: { exchange?: string; part?: 'request' | 'response'; keyFile?: string } = {},
  ): Promise<{ readonly exit: number; readonly out: readonly string[] }> => {
    const bodyFile = join(dir, 'body');
    await writeFile(bodyFile, body);
    const all = {
      exchange: 'one',
      part: 'request' as const,
      bodyFile,
      keyFile: join(dir, 'commitment.key'),
      ...changes,
    };
    const result = await run((output) => openCommand(source(), all, true, output));
    await rm(bodyFile);
    return result;
  };

  it('knows the body by its commitment, and gives away the one nonce that shows it', async () => {
    const { exit, out } = await wanted(BODY);
    expect(exit).toBe(0);
    const { commitment, nonce } = JSON.parse(out[0] ?? '') as {
      readonly commitment: string;
      readonly nonce: string;
    };
    expect(createHmac('sha256', Buffer.from(nonce, 'hex')).update(BODY).digest('hex')).toBe(commitment);
  });

  it.each<[string, string, Parameters<typeof wanted>[1], number]>([
    ['another body', BODY + ' ', {}, 1],
    ['an exchange without a commitment', BODY, { exchange: 'two' }, 3],
    ['a part without one', BODY, { part: 'response' }, 3],
  ])('%s', async (_name, body, changes, exit) => {
    expect((await wanted(body, changes)).exit).toBe(exit);
  });

  it('reports another key', async () => {
    const keyFile = join(dir, 'other.key');
    await writeFile(keyFile, 'ab'.repeat(32));
    expect((await wanted(BODY, { keyFile })).exit).toBe(3);
    await rm(keyFile);
  });
});

describe('verify', () => {
  it('prints its findings, for people and for programs', async () => {
    const options = { keys: keys(), live: false };
    const text = await run((output) => verifyCommand(source(), { ...options, json: false }, output));
    const json = await run((output) => verifyCommand(source(), { ...options, json: true }, output));
    expect(text.out[0]?.split('\n').at(-1)).toBe('verified');
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({ exit: 0, logs: [{ records: 3 }] });
  });

  it('says of another file that it is no audit log, in one line, and does not call it verified', async () => {
    const other = await mkdtemp(join(tmpdir(), 'no-audit-log-'));
    const path = join(other, 'readme.md');
    await writeFile(path, '# A heading\n\nand two lines\n');
    const options = { keys: [], live: false, json: false };
    const { out, exit } = await run((output) => verifyCommand(source(path), options, output));
    const lines = out.join('\n').split('\n');
    expect(lines.filter((line) => line.startsWith('tampered: '))).toEqual([
      `tampered: ${path}: is not an audit log, or all of its 3 lines were changed`,
    ]);
    expect(lines.at(-1)).toBe('NOT AN AUDIT LOG');
    expect(exit).toBe(1);
    await rm(other, { recursive: true });
  });

  it('finds the log in a copy of standard output', async () => {
    const name = (await readdir(dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
    const copy = join(dir, 'copy.log');
    await writeFile(copy, `{"level":"info"}\n${await readFile(join(dir, name), 'utf8')}`);
    const options = { keys: keys(), live: false, json: true };
    const { exit } = await run((output) =>
      verifyCommand({ paths: [], fromLog: copy, fromOtlp: [] }, options, output),
    );
    await rm(copy);
    expect(exit).toBe(0);
  });
});
