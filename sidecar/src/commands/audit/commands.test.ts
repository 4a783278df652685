import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EXPORT_FORMATS } from '../../audit/export/export.ts';
import { EVERYTHING } from '../../audit/verify/filter.ts';
import { exportCommand, showCommand, whyCommand } from './commands.ts';
import { ESCAPE, run, TwoExchanges } from './testing/two-exchanges.ts';

const log = new TwoExchanges();
beforeAll(() => log.write());
afterAll(() => log.remove());

describe('show', () => {
  it('exits 3 where nothing matches', async () => {
    const result = await run((output) =>
      showCommand(log.source(), { ...EVERYTHING, exchange: 'none' }, false, output),
    );
    expect(result).toMatchObject({ exit: 3, out: [] });
  });

  it('describes events without control characters', async () => {
    const { exit, out } = await run((output) => showCommand(log.source(), EVERYTHING, false, output));
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
    const { out } = await run((output) => showCommand(log.source(), filter, true, output));
    expect(out).toHaveLength(count);
  });
});

describe('why', () => {
  it('explains request and delivery', async () => {
    const { exit, out } = await run((output) => whyCommand(log.source(), 'one', false, output));
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
    const { out } = await run((output) => whyCommand(log.source(), 'two', false, output));
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
    expect(await run((output) => whyCommand(log.source(), 'none', false, output))).toMatchObject({
      exit: 3,
      out: [],
    });
  });
});

describe('export', () => {
  it.each(EXPORT_FORMATS)('as %s', async (format) => {
    const { exit, out } = await run((output) => exportCommand(log.source(), EVERYTHING, format, output));
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
    const { out } = await run((output) => exportCommand(log.source(), EVERYTHING, 'csv', output));
    expect(out[2]).toContain(`"'=cmd${ESCAPE}"""`);
  });
});
