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
 * Pure text in, findings out. Never throws on any input; work is linear in the text.
 *
 * `hold` serves streams: with `text` being all that has arrived so far (or all since the last position released, with
 * its left context), it returns the smallest offset from which the text may still become part of a finding, so that everything
 * before it is final: `scan` of any continuation gives the same findings there. `text.length` means nothing is held.
 */
export interface Detector {
  readonly id: string;
  scan(text: string): readonly Finding[];
  hold(text: string): number;
}
