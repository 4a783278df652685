import type { Segment } from './segment.ts';

const KEPT = new WeakSet<Segment>();

/** These come again as the same objects, in requests of the same caller alone. */
export function keepSegments(segments: readonly Segment[]): void {
  for (const segment of segments) KEPT.add(segment);
}

/** True if a memory may know the segment by its identity. */
export function isKeptSegment(segment: object): boolean {
  return KEPT.has(segment as Segment);
}
