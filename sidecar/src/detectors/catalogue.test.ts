import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import {
  DETECTOR_ADVICE,
  DETECTOR_RULES,
  detectorRule,
  INJECTION_MEANINGS,
  type DetectorRule,
} from './catalogue.ts';
import { INJECTION_RULES } from './injection/index.ts';
import { DECODINGS } from './normalise/index.ts';

const PAGE = new URL('../../../docs/reference/detectors.md', import.meta.url);

function ids(): readonly string[] {
  return [...new Set(INJECTION_RULES.map(({ id }) => id))].sort();
}

function injectionRow({ id, description }: DetectorRule): string {
  const signs = INJECTION_RULES.filter((rule) => rule.id === id);
  if (signs.length === 0) return `| \`${id}\` | ${description} | – | – | all |`;
  const weights = signs.map(({ weight }) => weight);
  const [least, most] = [Math.min(...weights), Math.max(...weights)];
  const where = signs.every(({ untrustedOnly }) => untrustedOnly === true)
    ? 'tool results and documents'
    : 'all';
  const weight = least === most ? String(most) : `${least} to ${most}`;
  return `| \`${id}\` | ${description} | ${signs.length} | ${weight} | ${where} |`;
}

function page(): string {
  return [
    '# What the detectors find',
    '',
    'Generated from `sidecar/src/detectors`; `npm run docs` rewrites it. Rule ids stand in metrics and in the record; the matched text never does.',
    '',
    '## How a text is read',
    '',
    'Every detector but the one of injection reads a text as it is and, where they differ, as it is shown and as it was before it was encoded;',
    'what is found is redacted in the original, escapes and encoded groups as a whole. `decoded` of a hit in the record says what had to be read:',
    '',
    '| `decoded` | what it is |',
    '| --- | --- |',
    ...Object.entries(DECODINGS).map(([name, description]) => `| \`${name}\` | ${description} |`),
    '',
    'A character that stands for one other (a space, a dash, a full-width digit) is read and not named.',
    '',
    '## Personal data, credentials, links and leaks',
    '',
    'Checksums are verified where a rule names one.',
    '',
    '| rule | what it is |',
    '| --- | --- |',
    ...DETECTOR_RULES.map(({ id, description }) => `| \`${id}\` | ${description} |`),
    '',
    '## Injection',
    '',
    'A text is normalised and decoded first, then read for signs: words of some classes, in order and near each other. Each rule below has a',
    'number of such signs. A sign weighs between 0 and 1: how much it says alone.',
    'How well all this works: [detection](detection.md). The [classifier](../guide/classifier.md) is elsewhere.',
    '',
    '| rule | what it is | signs | weight | read in |',
    '| --- | --- | --- | --- | --- |',
    ...INJECTION_MEANINGS.map(injectionRow),
    '',
    '## What to do about a hit',
    '',
    'By the first part of the rule. The [console](../guide/console.md) says it beside each decision.',
    '',
    '| rules | what to do |',
    '| --- | --- |',
    ...Object.entries(DETECTOR_ADVICE).map(([family, advice]) => `| \`${family}.*\` | ${advice} |`),
    '',
  ].join('\n');
}

describe('docs/reference/detectors.md', () => {
  it('has one row for each rule, with a description', () => {
    const all = [...DETECTOR_RULES, ...INJECTION_MEANINGS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ description }) => description.trim() === '')).toEqual([]);
  });

  it('has a meaning for each rule of injection, and none for others', () => {
    const meant = INJECTION_MEANINGS.map(({ id }) => id);
    expect([...meant].sort()).toEqual([...ids(), 'injection.classifier', 'injection.model'].sort());
  });

  it('matches the rules (UPDATE_GOLDEN=1 rewrites)', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, page());
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page());
  });
});

describe('a rule of a detector', () => {
  it.each(['', 'pii', 'pii.', 'pii.nothing', 'tool.when', 'my-rule', 'constructor.x', 'toString'])(
    'is not %j',
    (id) => expect(detectorRule(id)).toBeNull(),
  );

  it('has a meaning and says what to do, each of them', () => {
    for (const { id } of [...DETECTOR_RULES, ...INJECTION_MEANINGS])
      expect(detectorRule(id)).toEqual({
        meaning: expect.stringMatching(/^\S.*[^.]\.$/) as string,
        fix: expect.stringMatching(/\S\.$/) as string,
      });
  });

  it('names the set of fingerprints', () => {
    expect(detectorRule('document.handbook')?.meaning).toMatch(/of the fingerprint set handbook\.$/);
  });
});
