import type { Detector, Finding } from '../detectors/detector.ts';
import {
  beforeUnit,
  behindUnit,
  originalEnd,
  originalStart,
  readWhole,
  replacementFor,
  type Reading,
} from '../detectors/index.ts';
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
 * Applies the rules to one text, raw and as read (escapes decoded), notes hits in the tally and returns the spans to replace: sorted,
 * overlapping ones merged under the replacement of the first, so that whole texts and streams get the same result.
 */
export function scanText(
  text: string,
  pointer: string,
  rules: readonly TextRule[],
  { tally, budget, counts }: ScanOptions,
): readonly Span[] {
  const { ahead } = budget;
  const known = ahead?.reading(text);
  const read = known === undefined ? readWhole(text) : known;
  const scan = (detector: Detector, one: string): readonly Finding[] =>
    budget.run(detector.id, () => ahead?.findings(detector, one) ?? detector.scan(one));
  let spans: readonly Span[] = [];
  for (const rule of rules) {
    let findings = scan(rule.detector, text);
    if (read !== null) {
      const others = scan(rule.detector, read.text);
      findings = [...inOriginal(others, read.reading), ...besideUnits(findings, read.reading)];
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
  for (const { rule: id } of findings)
    tally.hit({ control: rule.control, rule: id, code: rule.code, pointer }, rule);
  if (rule.action !== 'redact' || tally.modeOf(rule) !== 'enforce') return [];
  return findings.map(({ rule: id, start, end }) => ({ start, end, replacement: replacementFor(id) }));
}

/** Findings of the reading, at their offsets in the original. */
export function inOriginal(findings: readonly Finding[], reading: Reading): readonly Finding[] {
  return findings.map((finding) => ({
    ...finding,
    start: originalStart(reading, finding.start),
    end: originalEnd(reading, finding.end),
  }));
}

/** Findings of the original with boundaries inside an escape, shrunk to exclude that escape. */
export function besideUnits(findings: readonly Finding[], reading: Reading): readonly Finding[] {
  return findings
    .map((finding) => ({
      ...finding,
      start: behindUnit(reading, finding.start),
      end: beforeUnit(reading, finding.end),
    }))
    .filter(({ start, end }) => start < end);
}
