import type { Detector, Finding } from '../detectors/detector.ts';
import { replacementFor } from '../detectors/index.ts';
import type { RefusalCode } from '../exchange/index.ts';
import type { Setting } from '../policy/compile/compiled.ts';
import type { Budget } from './budget.ts';
import type { Tally } from './tally.ts';
import type { Control } from '../exchange/verdict.ts';

/** A detector with what to do about its findings. */
export interface TextRule extends Setting {
  readonly control: Control;
  readonly code: RefusalCode;
  readonly detector: Detector;
}

/** Part of a text that goes, and what comes in its place. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Only findings that begin in `[from, until)` count. */
export interface Range {
  readonly from: number;
  readonly until: number;
}
const WHOLE: Range = { from: 0, until: Infinity };

/** What a scan works with. */
export interface Judging {
  readonly tally: Tally;
  readonly budget: Budget;
  /** Default: everywhere. */
  readonly range?: Range;
  /** Which findings count. Default: all. */
  readonly counts?: (finding: Finding) => boolean;
}

/**
 * Runs the rules over one text, notes hits in the tally and returns the spans that enforced rules want replaced: sorted, overlapping
 * ones merged under the replacement of the first, so that whole texts and streams come out the same.
 */
export function scanText(
  text: string,
  pointer: string,
  rules: readonly TextRule[],
  { tally, budget, range = WHOLE, counts }: Judging,
): readonly Span[] {
  let spans: Span[] | null = null;
  for (const rule of rules) {
    const findings = budget.run(rule.detector.id, () => rule.detector.scan(text));
    for (const finding of findings) {
      if (finding.start < range.from || finding.start >= range.until) continue;
      if (counts !== undefined && !counts(finding)) continue;
      tally.hit({ control: rule.control, rule: finding.rule, code: rule.code, pointer }, rule);
      if (rule.action === 'redact' && tally.modeOf(rule) === 'enforce') {
        spans ??= [];
        spans.push({ start: finding.start, end: finding.end, replacement: replacementFor(finding.rule) });
      }
    }
  }
  return spans === null ? [] : mergeSpans(spans);
}

/** True where no rule, observed ones included, has a finding that begins in the range: then `scanText` would neither note nor replace anything. */
export function findsNothing(
  text: string,
  rules: readonly TextRule[],
  { budget, range }: { readonly budget: Budget; readonly range: Range },
): boolean {
  return rules.every(({ detector }) =>
    budget
      .run(detector.id, () => detector.scan(text))
      .every(({ start }) => start < range.from || start >= range.until),
  );
}

/** Sorts by start and joins what overlaps. Spans that only touch stay apart. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
  }
  return merged;
}

/** The text with its spans replaced. `spans` are sorted and do not overlap. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  let out = '';
  let at = 0;
  for (const span of spans) {
    out += text.slice(at, span.start) + span.replacement;
    at = span.end;
  }
  return out + text.slice(at);
}
