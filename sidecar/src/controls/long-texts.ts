import { LONG_TEXT } from '../detectors/index.ts';
import type { Segment } from '../exchange/index.ts';
import type { LongText } from './ahead.ts';
import { joinedTexts } from './joined-text.ts';

/** As long to scan as a long text, however short they are. */
const MANY_TEXTS = 1_024;

/**
 * The texts of segments, and those joined from parts, if all of them are long together or they are many; else none. `as` says what to scan
 * in one, null that it needs no scan.
 */
export function* longTexts(
  segments: readonly Segment[],
  as: (segment: Segment, parts: readonly number[]) => Omit<LongText, 'text'> | null,
): Generator<LongText> {
  let length = 0;
  for (const segment of segments) length += segment.text.length;
  if (length <= LONG_TEXT && segments.length <= MANY_TEXTS) return;
  for (const segment of segments) {
    const wanted = as(segment, []);
    if (wanted !== null) yield { ...wanted, text: segment.text };
  }
  for (const { first, text, lines, lengths } of joinedTexts(segments)) {
    const wanted = as({ ...first, text }, lengths);
    if (wanted === null) continue;
    yield { ...wanted, text };
    if (wanted.injection !== null) yield { text: lines, detectors: [], injection: wanted.injection };
  }
}
