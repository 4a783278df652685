/** A match. Offsets are UTF-16 code units in the given text, `start` inclusive, `end` exclusive. */
export interface Finding {
  /** Stable ID of the rule, safe for metrics and records (`pii.email`, `secret.aws-access-key-id`, `injection.override`). */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  /** Confidence from 0 to 1. Matches with a valid checksum have 1. */
  readonly score: number;
  /** What had to be decoded to find it. Absent if nothing. */
  readonly decoded?: string;
  /** What the caller gets in its place: of pseudonyms only. */
  readonly value?: string;
}

/**
 * The retained part of a running text. Offsets are absolute: UTF-16 code units since the text began. At least one code point before the
 * scanned offset is retained, so that word boundaries are judged as in the whole text.
 */
export interface RunningPart {
  readonly text: string;
  /** Offset of the first code unit of `text`. */
  readonly base: number;
  /** Requests the findings that begin before it. At most the result of `hold`, unless the text is complete. */
  readonly until: number;
}

/** Progress of a detector in a running text. Offsets are absolute. Immutable. */
export interface Progress {
  /** All findings that begin before it were returned. */
  readonly from: number;
  /** Latest end of the returned findings. */
  readonly reach: number;
  /** Final findings that begin after `from`. */
  readonly ahead: readonly Finding[];
  /** Where a pattern resumes, by its number, if after `from`. */
  readonly resumes: ReadonlyMap<number, number>;
  /** Progress of the component detectors, if any. */
  readonly parts: readonly Progress[];
}

/** No part of a running text is scanned yet. */
export const AT_START: Progress = { from: 0, reach: -1, ahead: [], resumes: new Map(), parts: [] };

/** Findings have absolute offsets. */
export interface Resumed {
  readonly findings: readonly Finding[];
  readonly progress: Progress;
}

/**
 * Pure: text in, findings out. Never throws; linear in the text. For streams: given all text received so far (or all since the last
 * released position, with its left context), `hold` returns the smallest offset from which the text may still become part of a finding, so
 * that everything before it is final: `scan` of any continuation gives the same findings there. `text.length` means nothing is held.
 * Nothing before `from` is read except for the word boundary there: an earlier `hold` released it. `resume` continues with a running text:
 * over all of its steps it returns the findings of `scan` on the whole text, whatever was cut off before.
 */
export interface Detector {
  readonly id: string;
  scan(text: string): readonly Finding[];
  hold(text: string, from?: number): number;
  resume(part: RunningPart, progress: Progress): Resumed;
  /**
   * Builds what the first texts would otherwise wait for, in steps of some milliseconds; whoever takes none loses nothing but time. Absent: there is
   * nothing to build.
   */
  warmUp?(): Iterable<void>;
}
