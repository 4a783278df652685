import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Detector } from './detector.ts';
import { PII_ENTITIES, createPiiDetector, piiRule } from './pii/index.ts';
import { viewsOf } from './normalise/index.ts';
import { createSecretsDetector } from './secrets/index.ts';
import { ENTITY_NAMES, overlap, SPECIAL_ADDRESS, TITLE, type Range } from './testing/annotated.ts';

/** Development data beside the repository; absent in most checkouts. */
const CORPORA = fileURLToPath(new URL('../../../../shared/corpora/', import.meta.url));

interface Row {
  readonly text: string;
  readonly label?: string;
  readonly start?: number;
  readonly end?: number;
  readonly entities?: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

function rows(file: string): readonly Row[] {
  return readFileSync(`${CORPORA}${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

function whenPresent(name: string, files: readonly string[], run: () => void): void {
  const missing = files.filter((file) => !existsSync(CORPORA + file));
  if (missing.length === 0) it(name, run);
  else it.skip(`${name} (no development data: ${missing.join(', ')})`, run);
}

/** Least recall and precision; reached with a margin of some points. Entities with few rows are printed only. */
const FLOORS: Readonly<Record<string, readonly [recall: number, precision: number]>> = {
  EMAIL: [0.99, 0.99],
  PHONE: [0.93, 0.93],
  CREDIT_CARD: [0.95, 0.99],
  IBAN: [0.99, 0.99],
  US_SSN: [0.9, 0.95],
  // Three of the twelve that are left are addresses without a mark.
  IP_ADDRESS: [0.8, 0.75],
  FI_HETU: [0.9, 0.9],
};

/** In the text or in any view of it. */
function findsIn(detector: Detector, text: string): boolean {
  return [text, ...viewsOf(text).map((view) => view.text)].some((view) => detector.scan(view).length > 0);
}

const PLACES = new Set(['STREET_ADDRESS', 'GPE', 'ZIP_CODE', 'UK_POSTCODE']);

/** Addresses and places, joined where only signs and white space are between. */
function addressesIn({ text, entities = [] }: Row): readonly (Range & { readonly street: boolean })[] {
  const joined: { start: number; end: number; street: boolean }[] = [];
  for (const { type, start, end } of entities.filter((one) => PLACES.has(one.type)).sort(byStart)) {
    const street = type === 'STREET_ADDRESS';
    const last = joined.at(-1);
    if (last === undefined || !/^[\s,.\-–|]{0,4}$/.test(text.slice(last.end, start)))
      joined.push({ start, end, street });
    else Object.assign(last, { end: Math.max(last.end, end), street: last.street || street });
  }
  return joined;
}

function byStart(a: Range, b: Range): number {
  return a.start - b.start;
}

describe('on the development data', () => {
  whenPresent('finds personal data', ['pii.jsonl'], () => {
    const detector = createPiiDetector();
    const table = new Map<string, { wanted: number; found: number; right: number; wrong: number }>();
    const entry = (entity: string): { wanted: number; found: number; right: number; wrong: number } => {
      const known = table.get(entity) ?? { wanted: 0, found: 0, right: 0, wrong: 0 };
      table.set(entity, known);
      return known;
    };
    for (const { text, entities = [] } of rows('pii.jsonl')) {
      const findings = detector.scan(text);
      for (const { type, start, end } of entities) {
        const ours = PII_ENTITIES.find((entity) => entity === (ENTITY_NAMES[type] ?? type));
        if (ours === undefined || (ours === 'IP_ADDRESS' && SPECIAL_ADDRESS.test(text.slice(start, end))))
          continue;
        entry(ours).wanted += 1;
        if (
          findings.some(
            (finding) => finding.rule === piiRule(ours) && finding.start < end && finding.end > start,
          )
        )
          entry(ours).found += 1;
      }
      for (const { rule, start, end } of findings) {
        const ours = PII_ENTITIES.find((entity) => piiRule(entity) === rule) ?? rule;
        const overlaps = entities.some((entity) => entity.start < end && entity.end > start);
        entry(ours)[overlaps ? 'right' : 'wrong'] += 1;
      }
    }
    const lines = [...table].sort().map(([entity, { wanted, found, right, wrong }]) => {
      const [recall, precision] = [found / wanted, right / (right + wrong)];
      const [leastRecall, leastPrecision] = FLOORS[entity] ?? [0, 0];
      if (wanted > 0) expect({ entity, met: recall >= leastRecall }).toEqual({ entity, met: true });
      if (right + wrong > 0)
        expect({ entity, met: precision >= leastPrecision }).toEqual({ entity, met: true });
      return `${entity.padEnd(16)} recall ${`${found}/${wanted}`.padEnd(8)} precision ${right}/${right + wrong}`;
    });
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(table.size).toBeGreaterThan(25);
  });

  /** F2 (recall counts four times), where a finding counts that has half of the name and whatever it has besides. */
  whenPresent('finds names of persons', ['pii.jsonl'], () => {
    const detector = createPiiDetector(['PERSON']);
    const [found, missed, wrong] = rows('pii.jsonl').reduce(
      ([right, fewer, more], { text, entities = [] }) => {
        const names = entities.filter(
          ({ type, start, end }) => type === 'PERSON' && !TITLE.test(text.slice(start, end)),
        );
        const findings = detector.scan(text);
        const met = names.filter((name) => findings.some((finding) => overlap(finding, name) >= 0.5)).length;
        return [right + met, fewer + names.length - met, more + Math.max(0, findings.length - met)];
      },
      [0, 0, 0],
    );
    const [precision, recall] = [found / (found + wrong), found / (found + missed)];
    const f2 = (5 * precision * recall) / (4 * precision + recall);
    process.stdout.write(
      `names: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F2 ${f2.toFixed(3)}\n`,
    );
    expect(f2).toBeGreaterThanOrEqual(0.7);
  });

  /** As of names. The data mark street, town and postal code of one address apart: marks beside each other count as one. */
  whenPresent('finds postal addresses', ['pii.jsonl'], () => {
    const detector = createPiiDetector(['ADDRESS']);
    const counts = { right: 0, missed: 0, wrong: 0 };
    for (const row of rows('pii.jsonl')) {
      const addresses = addressesIn(row);
      const findings = detector.scan(row.text);
      for (const { street, ...range } of addresses)
        if (street) counts[findings.some((one) => overlap(one, range) >= 0.5) ? 'right' : 'missed'] += 1;
      counts.wrong += findings.filter((one) => !addresses.some((range) => overlap(one, range) > 0)).length;
    }
    const precision = counts.right / (counts.right + counts.wrong);
    const recall = counts.right / (counts.right + counts.missed);
    const f2 = (5 * precision * recall) / (4 * precision + recall);
    process.stdout.write(
      `addresses: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F2 ${f2.toFixed(3)}\n`,
    );
    expect(f2).toBeGreaterThanOrEqual(0.75);
    expect(precision).toBeGreaterThanOrEqual(0.95);
  });

  whenPresent('lets lookalikes pass', ['pii_lookalike.jsonl'], () => {
    const detector = createPiiDetector();
    const texts = rows('pii_lookalike.jsonl');
    const wrong = texts.filter(({ text }) => findsIn(detector, text)).length;
    process.stdout.write(`lookalikes of personal data: ${wrong} of ${texts.length} found\n`);
    expect(wrong).toBeLessThanOrEqual(2);
  });

  whenPresent('finds secrets', ['secrets.jsonl'], () => {
    const detector = createSecretsDetector();
    const counts = { secrets: 0, found: 0, clean: 0, wrong: 0 };
    for (const { text, label, start = 0, end = 0 } of rows('secrets.jsonl')) {
      const findings = detector.scan(text);
      if (label === 'secret') {
        counts.secrets += 1;
        if (findings.some((finding) => finding.start < end && finding.end > start)) counts.found += 1;
      } else {
        counts.clean += 1;
        if (findsIn(detector, text)) counts.wrong += 1;
      }
    }
    process.stdout.write(
      `secrets: ${counts.found} of ${counts.secrets} found; ${counts.wrong} of ${counts.clean} clean texts found\n`,
    );
    expect(counts.found / counts.secrets).toBeGreaterThanOrEqual(0.92);
    expect(counts.found / (counts.found + counts.wrong)).toBeGreaterThanOrEqual(0.94);
  });
});
