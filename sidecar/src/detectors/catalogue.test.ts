import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { DETECTOR_RULES } from './catalogue.ts';
import { INJECTION_RULES } from './injection/index.ts';
import { DECODINGS } from './normalise/index.ts';

const PAGE = new URL('../../../docs/reference/detectors.md', import.meta.url);

function ids(): readonly string[] {
  return [...new Set(INJECTION_RULES.map(({ id }) => id))].sort();
}

function injectionRow(id: string): string {
  const signs = INJECTION_RULES.filter((rule) => rule.id === id);
  const weights = signs.map(({ weight }) => weight);
  const [least, most] = [Math.min(...weights), Math.max(...weights)];
  const where = signs.every(({ untrustedOnly }) => untrustedOnly === true)
    ? 'tool results and documents'
    : 'all';
  const weight = least === most ? String(most) : `${least} to ${most}`;
  return `| \`${id}\` | ${signs.length} | ${weight} | ${where} |`;
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
    '`injection.model` stands where a linear model of words weighed more than any sign. How well all this works: [detection](detection.md).',
    '`injection.classifier` stands where a [classifier](../guide/classifier.md) elsewhere said more than all of it.',
    '',
    '| rule | signs | weight | read in |',
    '| --- | --- | --- | --- |',
    ...ids().map(injectionRow),
    '',
  ].join('\n');
}

describe('docs/reference/detectors.md', () => {
  it('has one row for each rule, with a description', () => {
    const all = [...DETECTOR_RULES.map(({ id }) => id), ...ids()];
    expect(new Set(all).size).toBe(all.length);
    expect(DETECTOR_RULES.filter(({ description }) => description.trim() === '')).toEqual([]);
  });

  it('matches the rules (UPDATE_GOLDEN=1 rewrites)', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, page());
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page());
  });
});
