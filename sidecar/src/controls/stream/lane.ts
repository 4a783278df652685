import type { Budget, TextRule } from '../index.ts';
import { AT_START, type Finding, type Progress } from '../../detectors/index.ts';

/** Left context kept with the retained text, so that word boundaries are judged as in the whole text. UTF-16 code units. */
const CONTEXT = 4;
/** Context is cut off above this length only, so that copies are rare. */
const MAX_CONTEXT = 64;

/**
 * One reading of a running text: its retained part, and the progress of each rule. Offsets are absolute: UTF-16 code units since the text
 * began. Immutable.
 */
export interface Lane {
  readonly text: string;
  /** Offset of the first code unit of `text`. */
  readonly base: number;
  /** Findings that begin before it were reported. */
  readonly from: number;
  /** One per rule. */
  readonly progress: readonly Progress[];
}

/** Findings of each rule, in the order of the rules. */
export type FoundByRule = readonly (readonly Finding[])[];

export function emptyLane(rules: readonly TextRule[]): Lane {
  return { text: '', base: 0, from: 0, progress: rules.map(() => AT_START) };
}

/** The offset from which the text may still become part of a finding. */
export function holdOf({ text, base, from }: Lane, rules: readonly TextRule[], budget: Budget): number {
  let hold = text.length;
  for (const { detector } of rules) {
    // Nothing is held from further ahead.
    if (hold <= from - base) break;
    hold = Math.min(
      hold,
      budget.run(detector.id, () => detector.hold(text, from - base)),
    );
  }
  return base + hold;
}

/** Scans until `until`, which is at most the hold unless the text is complete. */
export function scanOn(
  lane: Lane,
  until: number,
  rules: readonly TextRule[],
  budget: Budget,
): { readonly lane: Lane; readonly found: FoundByRule } {
  const { text, base } = lane;
  const resumed = rules.map(({ detector }, index) =>
    budget.run(detector.id, () => detector.resume({ text, base, until }, lane.progress[index] ?? AT_START)),
  );
  const progress = resumed.map((one) => one.progress);
  return { lane: cut({ text, base, from: until, progress }), found: resumed.map(({ findings }) => findings) };
}

function cut(lane: Lane): Lane {
  const context = lane.from - lane.base;
  if (context < MAX_CONTEXT) return lane;
  const at = context - CONTEXT;
  const low = lane.text.charCodeAt(at);
  // Never between the halves of a surrogate pair.
  const from = low >= 0xdc00 && low <= 0xdfff ? at - 1 : at;
  return { ...lane, text: lane.text.slice(from), base: lane.base + from };
}
