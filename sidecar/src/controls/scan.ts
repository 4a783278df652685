import type { Detector, Finding } from '../detectors/detector.ts';
import {
  besideGroups,
  masked,
  originalRange,
  replacementFor,
  viewsOf,
  type Read,
} from '../detectors/index.ts';
import type { RefusalCode } from '../exchange/index.ts';
import type { Setting } from '../policy/compile/compiled.ts';
import type { Budget } from './budget.ts';
import { quoteNumbers } from './json-number.ts';
import { meantValues } from './meant-values.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { besidePseudonyms, restoredValue, restoredView, withoutOwn, type FoundByRule } from './restoring.ts';
import { mergeSpans, type Span } from './span.ts';
import type { Tally } from './tally.ts';
import type { Control } from '../exchange/verdict.ts';

/** A detector with the action on its findings. */
export interface TextRule extends Setting {
  readonly control: Control;
  readonly code: RefusalCode;
  readonly detector: Detector;
  /** It finds these, and the caller gets their values: no verdict. The last of the rules. Absent: it judges. */
  readonly restores?: Pseudonyms;
}

/** Dependencies and options of a scan. */
export interface ScanOptions {
  readonly tally: Tally;
  readonly budget: Budget;
  /** Which findings count. Default: all. */
  readonly counts?: (finding: Finding) => boolean;
  /** Names what is tokenised. Absent: it is redacted, since the caller does not get it back. */
  readonly pseudonyms?: Pseudonyms;
}

/**
 * Applies the rules to one text and to all views of it (escapes and encodings read), notes hits in the tally and returns the spans to replace: sorted,
 * overlapping ones merged under the replacement of the first, so that whole texts and streams get the same result.
 */
export function scanText(
  text: string,
  pointer: string,
  rules: readonly TextRule[],
  { tally, budget, counts, pseudonyms }: ScanOptions,
): readonly Span[] {
  let spans: readonly Span[] = [];
  for (const [index, all] of foundIn(text, rules, budget).entries()) {
    const rule = rules[index];
    const findings = counts === undefined ? all : all.filter(counts);
    if (rule === undefined || findings.length === 0) continue;
    const done = pseudonyms === undefined ? withoutPseudonyms(rule) : rule;
    spans = [...spans, ...noteFindings(findings, pointer, done, tally, { text, base: 0 })];
  }
  if (spans.length === 0) return spans;
  const merged = mergeSpans(spans);
  return quoteNumbers(text, pseudonyms === undefined ? merged : named(merged, text, pseudonyms));
}

function foundIn(text: string, rules: readonly TextRule[], budget: Budget): FoundByRule {
  const { ahead } = budget;
  const views = ahead?.views(text) ?? viewsOf(text);
  const scan = (detector: Detector, one: string): readonly Finding[] =>
    budget.run(detector.id, () => ahead?.findings(detector, one) ?? detector.scan(one));
  const found = rules.map(({ detector }): readonly Finding[] => {
    const findings = scan(detector, text);
    if (views.length === 0) return findings;
    const others = views.map((view) => inOriginal(scan(detector, view.text), view.readings));
    return [...others.flat(), ...besideSigns(findings, views[0]?.readings ?? [])];
  });
  const last = rules.length - 1;
  const restores = rules[last]?.restores;
  if (restores === undefined || found[last]?.length === 0) return found;
  const view = restoredView(text, views, restores);
  const restored = rules.slice(0, last).map(({ detector }) => {
    if (view === null) return [];
    const { readings } = view;
    return inOriginal(withoutOwn(scan(detector, view.text), readings.at(-1)), readings);
  });
  return besidePseudonyms(found, restored, last);
}

/** What is done where nothing gets a pseudonym. */
function withoutPseudonyms(rule: TextRule): TextRule {
  return rule.action === 'tokenise' && rule.restores === undefined ? { ...rule, action: 'redact' } : rule;
}

function named(spans: readonly Span[], text: string, pseudonyms: Pseudonyms): readonly Span[] {
  const meant = meantValues(text);
  return spans.map(({ kind, ...span }) =>
    kind === undefined ? span : { ...span, replacement: pseudonyms.of(kind, meant(span)) },
  );
}

/** Notes findings of a rule in the tally; returns the spans to replace. `part`: the text with the findings, and its offset. */
export function noteFindings(
  findings: readonly Finding[],
  pointer: string,
  rule: TextRule,
  tally: Tally,
  part: { readonly text: string; readonly base: number },
): readonly Span[] {
  if (findings.length === 0) return [];
  if (rule.restores !== undefined) return findings.map((finding) => restoredSpan(finding, tally));
  // The first one is on record: by its place, as in a stream, not by its view.
  for (const finding of findings.toSorted(comparePlaces)) {
    const { rule: id, decoded } = finding;
    const hit = { control: rule.control, rule: id, code: rule.code, pointer };
    const { mode } = rule;
    tally.hit(decoded === undefined ? hit : { ...hit, decoded }, { mode, action: actionOn(finding, rule) });
  }
  if (tally.modeOf(rule) !== 'enforce') return [];
  return findings.flatMap((finding) => spanFor(finding, actionOn(finding, rule), part) ?? []);
}

/** A piece of base64 or hexadecimal digits is no value that anyone could pass on. */
function actionOn({ decoded }: Finding, { action }: TextRule): Setting['action'] {
  return action === 'tokenise' && (decoded === 'base64' || decoded === 'hex') ? 'redact' : action;
}

function restoredSpan(finding: Finding, tally: Tally): Span {
  tally.restore(finding.rule);
  return { start: finding.start, end: finding.end, replacement: restoredValue(finding), isValue: true };
}

/** Null where all of it is refused. */
function spanFor(
  { rule, start, end, decoded }: Finding,
  action: Setting['action'],
  { text, base }: { readonly text: string; readonly base: number },
): Span | null {
  const replacement = replacementFor(rule);
  switch (action) {
    case 'block':
      return null;
    case 'redact':
      return { start, end, replacement };
    case 'mask':
      // Signs of an escape or an encoding are not those of the value.
      if (decoded !== undefined) return { start, end, replacement };
      return { start, end, replacement: masked(text.slice(start - base, end - base)) };
    case 'tokenise':
      return { start, end, replacement, kind: replacement.slice(1, -1) };
    default:
      return action satisfies never;
  }
}

function comparePlaces(a: Finding, b: Finding): number {
  return a.start - b.start || b.end - a.end || (a.decoded ?? '').localeCompare(b.decoded ?? '');
}

/** Findings of the last reading, at their offsets in the original. */
export function inOriginal(findings: readonly Finding[], readings: readonly Read[]): readonly Finding[] {
  return findings.map((finding) => {
    const { start, end, by } = originalRange(readings, finding.start, finding.end);
    return { ...finding, start, end, ...(by === null ? {} : { decoded: by }) };
  });
}

/** Findings of the original with boundaries inside of an escape, shrunk to exclude that escape. */
export function besideSigns(findings: readonly Finding[], [signs]: readonly Read[]): readonly Finding[] {
  if (signs === undefined) return findings;
  return findings.flatMap((finding) => besideGroups(signs, finding) ?? []);
}
