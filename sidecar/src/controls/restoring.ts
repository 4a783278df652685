import { isInUnit, NOTHING_READ, type Finding, type Read, type View } from '../detectors/index.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Findings of each rule, in the order of the rules. */
export type FoundByRule = readonly (readonly Finding[])[];

/** A text as the caller will read it; null if it has no pseudonyms. `views`: all others. */
export function restoredView(text: string, views: readonly View[], { reader }: Pseudonyms): View | null {
  const last = views.at(-1);
  const { text: restored, reading } = reader(NOTHING_READ, last?.text ?? text, true);
  return reading.differs ? { text: restored, readings: [...(last?.readings ?? []), reading] } : null;
}

/** Without personal data that is only a value, or a part of it: the caller's own. `reading`: of the pseudonyms. */
export function withoutOwn(findings: readonly Finding[], reading: Read | undefined): readonly Finding[] {
  if (reading === undefined) return findings;
  return findings.filter(
    ({ rule, start, end }) => !(rule.startsWith('pii.') && isInUnit(reading, start, end)),
  );
}

/**
 * What is found where pseudonyms stand for values: what `restored` texts show, and of the others what does not lie in a pseudonym. Ranges are
 * those of the original.
 *
 * @param found by each rule in all other readings
 * @param restored by each rule in what the caller will read
 * @param at number of the rule that finds pseudonyms
 */
export function besidePseudonyms(found: FoundByRule, restored: FoundByRule, at: number): FoundByRule {
  const pseudonyms = distinct(found[at] ?? []);
  return found.map((findings, rule) =>
    rule === at
      ? pseudonyms
      : [...findings.filter((one) => !isInOne(pseudonyms, one)), ...(restored[rule] ?? [])],
  );
}

/** Encodings of whole texts, in which nothing is replaced. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['base64', 'hex', 'spaced']);

/** By place, each once: several readings show the same. */
function distinct(pseudonyms: readonly Finding[]): readonly Finding[] {
  let end = 0;
  return pseudonyms
    .filter(({ decoded }) => !CLOSED.has(decoded))
    .sort((a, b) => a.start - b.start)
    .filter((one) => {
      const isNew = one.start >= end;
      if (isNew) end = one.end;
      return isNew;
    });
}

function isInOne(pseudonyms: readonly Finding[], { start, end }: Finding): boolean {
  let [low, high] = [0, pseudonyms.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pseudonyms[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const around = pseudonyms[low];
  return around !== undefined && around.start <= start && end <= around.end;
}

/** The value as it stands in a text of this encoding. */
export function restoredValue({ value = '', decoded }: Finding): string {
  if (decoded === 'percent') return encodeURIComponent(value.toWellFormed());
  return value;
}
