import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ACTION_RULES } from './action-rules.ts';
import { REFUSALS } from './refusal.ts';
import { wayOutSentence } from './way-out.ts';

const REFERENCE = new URL('../../../docs/reference/refusals.md', import.meta.url);

function render(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { status, retry, message, wayOut, fix }]) =>
      `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${message} | ${wayOutSentence(wayOut)} | ${fix} |`,
  );
  return [
    '# Refusals',
    '',
    'Generated from `sidecar/src/exchange/refusal.ts`; `npm run docs` rewrites it.',
    '',
    'Before the first byte a refusal is an error in the words of the dialect, with this status, the code where the SDK of the dialect looks',
    'for one, `x-should-retry`, and the id of the decision in `llm-boundary-decision`: `llm-boundary-audit show --exchange ID` shows the record.',
    'The message ends with the way out, unless the detail of the refusal names it more exactly.',
    'After the first byte, and where `egress.onBlock` is `finish`, the reply ends cleanly as withheld (`content_filter`, `refusal`, …).',
    '',
    '| code | status | retry | message | way out | what to do |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Rules on tools',
    '',
    'The rules with the control `action` in `hits` of the record, in metrics and in the detail of refusals. With `redact`, what the rule names was taken out and the rest went on.',
    '',
    '| rule | refused because |',
    '| --- | --- |',
    ...Object.entries(ACTION_RULES).map(([rule, why]) => `| \`${rule}\` | ${why} |`),
    '',
  ].join('\n');
}

describe('refusals', () => {
  it.each(Object.entries(REFUSALS))(
    '%s is never a status that SDKs retry, unless a retry makes sense',
    (_, { status, retry }) => {
      expect([409, 422, 425, 446, 451].includes(status)).toBe(false);
      if (!retry) expect(status === 429 || status === 503).toBe(false);
    },
  );

  it('come from rules on tools that the reference explains, and no others', () => {
    const folder = fileURLToPath(new URL('../controls/', import.meta.url));
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|testing/.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    const named = new Set(sources.flatMap((text) => text.match(/(?<=')(?:tool|mcp)\.[a-z-]+(?=')/g) ?? []));
    // Written once, for each kind.
    const unlisted = ['tool', 'resource', 'prompt'].map((kind) => `mcp.${kind}-not-listed`);
    expect(Object.keys(ACTION_RULES).sort()).toEqual([...new Set([...named, ...unlisted])].sort());
  });

  it('are documented in the reference', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(REFERENCE, render());
    expect(readFileSync(REFERENCE, 'utf8')).toBe(render());
  });
});
