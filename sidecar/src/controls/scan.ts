import type { Detector, Finding } from '../detectors/detector.ts';
import { besideGroups, originalRange, replacementFor, viewsOf, type Reading } from '../detectors/index.ts';
import type { RefusalCode } from '../exchange/index.ts';
import type { Setting } from '../policy/compile/compiled.ts';
import type { Budget } from './budget.ts';
import { quoteNumbers } from './json-number.ts';
import { mergeSpans, type Span } from './span.ts';
import type { Tally } from './tally.ts';
import type { Control } from '../exchange/verdict.ts';

/** A detector with the action on its findings. */
export interface TextRule extends Setting {
  readonly control: Control;
  readonly code: RefusalCode;
  readonly detector: Detector;
}

/** Dependencies and options of a scan. */
export interface ScanOptions {
  readonly tally: Tally;
  readonly budget: Budget;
  /** Which findings count. Default: all. */
  readonly counts?: (finding: Finding) => boolean;
}

/**
 * Applies the rules to one text and to all views of it (escapes and encodings read), notes hits in the tally and returns the spans to replace: sorted,
 * overlapping ones merged under the replacement of the first, so that whole texts and streams get the same result.
 */
export function scanText(
  text: string,
  pointer: string,
  rules: readonly TextRule[],
  { tally, budget, counts }: ScanOptions,
): readonly Span[] {
  const { ahead } = budget;
  const views = ahead?.views(text) ?? viewsOf(text);
  const scan = (detector: Detector, one: string): readonly Finding[] =>
    budget.run(detector.id, () => ahead?.findings(detector, one) ?? detector.scan(one));
  let spans: readonly Span[] = [];
  for (const rule of rules) {
    let findings = scan(rule.detector, text);
    if (views.length > 0) {
      const others = views.map((view) => inOriginal(scan(rule.detector, view.text), view.readings));
      findings = [...others.flat(), ...besideSigns(findings, views[0]?.readings ?? [])];
    }
    if (counts !== undefined) findings = findings.filter(counts);
    const wanted = noteFindings(findings, pointer, rule, tally);
    if (wanted.length > 0) spans = [...spans, ...wanted];
  }
  return spans.length === 0 ? spans : quoteNumbers(text, mergeSpans(spans));
}

/** Notes findings of a rule in the tally; returns the spans to replace. */
export function noteFindings(
  findings: readonly Finding[],
  pointer: string,
  rule: TextRule,
  tally: Tally,
): readonly Span[] {
  if (findings.length === 0) return [];
  // The first one is on record: by its place, as in a stream, not by its view.
  for (const { rule: id, decoded } of findings.toSorted(comparePlaces)) {
    const hit = { control: rule.control, rule: id, code: rule.code, pointer };
    tally.hit(decoded === undefined ? hit : { ...hit, decoded }, rule);
  }
  if (rule.action !== 'redact' || tally.modeOf(rule) !== 'enforce') return [];
  return findings.map(({ rule: id, start, end }) => ({ start, end, replacement: replacementFor(id) }));
}

function comparePlaces(a: Finding, b: Finding): number {
  return a.start - b.start || b.end - a.end || (a.decoded ?? '').localeCompare(b.decoded ?? '');
}

/** Findings of the last reading, at their offsets in the original. */
export function inOriginal(findings: readonly Finding[], readings: readonly Reading[]): readonly Finding[] {
  return findings.map((finding) => {
    const { start, end, by } = originalRange(readings, finding.start, finding.end);
    return { ...finding, start, end, ...(by === null ? {} : { decoded: by }) };
  });
}

/** Findings of the original with boundaries inside of an escape, shrunk to exclude that escape. */
export function besideSigns(findings: readonly Finding[], [signs]: readonly Reading[]): readonly Finding[] {
  if (signs === undefined) return findings;
  return findings.flatMap((finding) => besideGroups(signs, finding) ?? []);
}
