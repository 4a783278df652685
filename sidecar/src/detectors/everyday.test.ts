import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { assessInjection, createPiiDetector, createSecretsDetector, viewsOf } from './index.ts';

/** Texts by kind. */
const TEXTS = parse(readFileSync(new URL('./testdata/everyday.yaml', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;
/** Only users and their agents write these; the others are found in documents and results of tools too. */
const OF_USERS: ReadonlySet<string> = new Set(['roleplay', 'agents']);
/** The defaults of the policy. */
const THRESHOLDS = { user: 0.8, untrusted: 0.5 };
const DETECTORS = [createPiiDetector(), createSecretsDetector()];

function alarms(text: string, origins: readonly ('user' | 'untrusted')[]): readonly string[] {
  const attacks = origins.flatMap((origin) => {
    const finding = assessInjection(text, origin === 'untrusted');
    return finding !== null && finding.score >= THRESHOLDS[origin] ? [`${origin}: ${finding.rule}`] : [];
  });
  const found = [text, ...viewsOf(text).map((view) => view.text)].flatMap((view) =>
    DETECTORS.flatMap((detector) => detector.scan(view)).map(
      ({ rule, start, end }) => `${rule}: ${view.slice(start, end)}`,
    ),
  );
  return [...attacks, ...found];
}

const { known = [], ...kinds } = TEXTS;

describe.each(Object.entries(kinds))('%s', (kind, texts) => {
  it.each(texts.map((text) => [text]))('%s', (text) => {
    expect(alarms(text, OF_USERS.has(kind) ? ['user'] : ['user', 'untrusted'])).toEqual([]);
  });
});

it('false alarms that are known are still ones', () => {
  for (const text of known) expect(alarms(text, ['user'])).not.toEqual([]);
  const count = Object.values(kinds).flat().length;
  process.stdout.write(`everyday texts: ${known.length} of ${count + known.length} alarm\n`);
});
