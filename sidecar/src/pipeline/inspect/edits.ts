import { mergeSpans, replaceSpans } from '../../controls/index.ts';
import type { Edit } from '../../dialects/index.ts';
import type { Redaction, Segment } from '../../exchange/index.ts';

/** Turns redactions (spans of texts) into edits (new texts) of the wire body, one per pointer. */
export function editsOf(redactions: readonly Redaction[], segments: readonly Segment[]): readonly Edit[] {
  const byPointer = new Map<string, Redaction[]>();
  for (const redaction of redactions) {
    const list = byPointer.get(redaction.pointer);
    if (list === undefined) byPointer.set(redaction.pointer, [redaction]);
    else list.push(redaction);
  }
  return segments.flatMap((segment): readonly Edit[] => {
    const spans = byPointer.get(segment.pointer);
    if (spans === undefined) return [];
    if (segment.mirror === true) return [{ pointer: segment.pointer, replacement: null }];
    return [{ pointer: segment.pointer, replacement: replaceSpans(segment.text, mergeSpans(spans)) }];
  });
}
