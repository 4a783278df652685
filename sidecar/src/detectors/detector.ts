/** What a detector saw. Offsets are UTF-16 code units in the text that was given, `start` inclusive, `end` exclusive. */
export interface Finding {
  /** Stable id of the rule, safe for metrics and records (`pii.email`, `secret.aws-access-key-id`, `injection.override`). */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  /** 0 to 1: how sure the detector is. Checksummed matches are 1. */
  readonly score: number;
}

/**
 * The part of a running text that is still kept. Offsets are absolute: UTF-16 code units since the text began. At least one code point
 * before the offset up to which the text is scanned is kept, so that word boundaries are judged as in the whole text.
 */
export interface RunningPart {
  readonly text: string;
  /** Of the first code unit of `text`. */
  readonly base: number;
  /** Findings that begin before it are asked for. No later than what `hold` said, unless the text is complete. */
  readonly until: number;
}

/** How far a detector has scanned a running text. Offsets are absolute. Immutable. */
export interface Progress {
  /** All findings that begin before it were given out. */
  readonly from: number;
  /** Where the findings given out so far end at the latest. */
  readonly reach: number;
  /** Findings that are certain and begin later than `from`. */
  readonly ahead: readonly Finding[];
  /** Where a pattern goes on, by its number: only those that go on later than `from`. */
  readonly resumes: ReadonlyMap<number, number>;
  /** Of the detectors that a detector is made of, where it is. */
  readonly parts: readonly Progress[];
}

/** Nothing of a running text is scanned yet. */
export const AT_START: Progress = { from: 0, reach: -1, ahead: [], resumes: new Map(), parts: [] };

/** Findings have absolute offsets. */
export interface Resumed {
  readonly findings: readonly Finding[];
  readonly progress: Progress;
}

/**
 * Pure text in, findings out. Never throws on any input; work is linear in the text.
 *
 * `hold` serves streams: with `text` being all that has arrived so far (or all since the last position released, with
 * its left context), it returns the smallest offset from which the text may still become part of a finding, so that everything
 * before it is final: `scan` of any continuation gives the same findings there. `text.length` means nothing is held. Nothing before
 * `from` is looked at but for the word boundary there: an earlier `hold` let it go.
 *
 * `resume` goes on with a running text: over all of its steps it gives what `scan` gives of the whole text, whatever was cut off before.
 */
export interface Detector {
  readonly id: string;
  scan(text: string): readonly Finding[];
  hold(text: string, from?: number): number;
  resume(part: RunningPart, progress: Progress): Resumed;
}
