import {
  ALL_PII_ENTITIES,
  createPiiDetector,
  PII_ENTITIES,
  type PiiEntity,
} from '../../src/detectors/index.ts';
import { piiRule } from '../../src/detectors/pii/index.ts';
import { ENTITY_NAMES, overlap, SPECIAL_ADDRESS, TITLE } from '../../src/detectors/testing/annotated.ts';
import { foundBy, type Baselines, type Found } from './baselines.ts';
import { rowsOf, type Row } from './corpora.ts';
import { absent, printed, SECTIONS } from './section.ts';
import { wilson } from './wilson.ts';

/** Entities with fewer annotations are only part of the sum. */
const FEW = 10;

/** Our name of an entity of a corpus or a baseline; null for what is not offered. */
export function entityOf(type: string): PiiEntity | null {
  return ALL_PII_ENTITIES.find((entity) => entity === (ENTITY_NAMES[type] ?? type)) ?? null;
}

export function isStructured(entity: PiiEntity | null): boolean {
  return entity !== null && PII_ENTITIES.some((one) => one === entity);
}

class Counts {
  wanted = 0;
  met = 0;
  right = 0;
  all = 0;

  f2(): string {
    const [precision, recall] = [this.right / this.all, this.met / this.wanted];
    const f2 = (5 * precision * recall) / (4 * precision + recall);
    return Number.isFinite(f2) ? f2.toFixed(3) : '0';
  }
}

/** By entity, and of all structured ones together under ''. */
function count(rows: readonly Row[], found: readonly (readonly Found[])[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>([['', new Counts()]]);
  const of = (entity: PiiEntity): readonly Counts[] =>
    (isStructured(entity) ? ['', entity] : [entity]).map((name) => {
      const known = counts.get(name) ?? new Counts();
      counts.set(name, known);
      return known;
    });
  for (const [at, { text, entities = [] }] of rows.entries()) {
    const ours = (found[at] ?? []).flatMap((range) => {
      const entity = entityOf(range.type);
      return entity === null ? [] : [{ ...range, entity }];
    });
    const least = (entity: PiiEntity): number => (entity === 'PERSON' ? 0.5 : Number.MIN_VALUE);
    for (const range of entities) {
      const entity = entityOf(range.type);
      const value = text.slice(range.start, range.end);
      if (entity === null || (entity === 'IP_ADDRESS' && SPECIAL_ADDRESS.test(value))) continue;
      if (entity === 'PERSON' && TITLE.test(value)) continue;
      const met = ours.some((one) => one.entity === entity && overlap(one, range) >= least(entity));
      for (const counted of of(entity)) {
        counted.wanted += 1;
        counted.met += Number(met);
      }
    }
    for (const one of ours) {
      const kin = one.entity === 'PERSON' ? entities.filter(({ type }) => type === 'PERSON') : entities;
      const right = kin.some((range) => overlap(one, range) >= least(one.entity));
      for (const counted of of(one.entity)) {
        counted.all += 1;
        counted.right += Number(right);
      }
    }
  }
  return counts;
}

/** Markdown lines: recall and precision by entity. */
export async function* personalRates(corpora: string, baselines: Baselines): AsyncGenerator<string> {
  const rows = rowsOf(corpora, 'pii.jsonl');
  if (rows === null) {
    yield* absent(SECTIONS.personal, 'no `pii.jsonl` in the folder');
    return;
  }
  const texts = rows.map(({ text }) => text);
  const detector = createPiiDetector([...PII_ENTITIES, 'PERSON']);
  const typeOf = new Map<string, PiiEntity>(ALL_PII_ENTITIES.map((entity) => [piiRule(entity), entity]));
  const ours = count(
    rows,
    texts.map((text) =>
      detector.scan(text).map(({ rule, start, end }) => ({ type: typeOf.get(rule) ?? rule, start, end })),
    ),
  );
  const others = [baselines.guardrailsPersonal, baselines.presidio].map(async (baseline) => {
    const found = await foundBy(baseline, texts);
    return found === null ? null : count(rows, found);
  });
  const [guardrails, presidio] = await Promise.all(others);
  const cells = [...ours]
    .filter(([entity, { wanted }]) => entity === '' || wanted >= FEW)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([entity, counts]) => [
      ...[entity === '' ? '**all but names**' : entity, String(counts.wanted)],
      ...[wilson(counts.met, counts.wanted), wilson(counts.right, counts.all), counts.f2()],
      ...[guardrails, presidio].map((other) =>
        other === null || other === undefined ? 'not measured' : (other.get(entity)?.f2() ?? 'not offered'),
      ),
    ]);
  yield* printed(SECTIONS.personal, cells);
}
